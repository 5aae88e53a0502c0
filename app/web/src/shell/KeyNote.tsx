import { useState } from "preact/hooks";
import { keyRefusal, useKey } from "../api/client";
import { t } from "../i18n/i18n";
import { ServerWords } from "../ui/ServerWords";
import { Button, Field } from "../ui/ui";

/** Asks for the API key that the server wants, and says why it does not take the one that it was given. */
export function KeyNote({ onKey }: { onKey: () => void }) {
  const [typed, type] = useState("");
  const refusal = keyRefusal.value;
  const send = (event: Event): void => {
    event.preventDefault();
    useKey(typed);
    onKey();
  };
  return (
    <form class="problem" onSubmit={send}>
      <p class="problem-title">{t("shell.key.title")}</p>
      <Field
        label={t("shell.key.label")}
        hint={t("shell.key.detail")}
        error={refusal && <ServerWords>{refusal.detail}</ServerWords>}
      >
        {(wiring) => (
          <input
            {...wiring}
            type="password"
            autocomplete="off"
            value={typed}
            onInput={(event) => type(event.currentTarget.value)}
          />
        )}
      </Field>
      <Button kind="primary" type="submit" disabled={!typed.trim()}>
        {t("shell.key.use")}
      </Button>
    </form>
  );
}
