import { useState } from "preact/hooks";
import { useKey } from "../api/client";
import { t } from "../i18n/i18n";
import { Button, Field } from "../ui/ui";

/** Asks for the API key that the server wants. */
export function KeyNote({ onKey }: { onKey: () => void }) {
  const [typed, type] = useState("");
  const send = (event: Event): void => {
    event.preventDefault();
    useKey(typed);
    onKey();
  };
  return (
    <form class="problem" onSubmit={send}>
      <p class="problem-title">{t("shell.key.title")}</p>
      <Field label={t("shell.key.label")} hint={t("shell.key.detail")}>
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
