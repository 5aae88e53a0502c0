import type { ComponentChildren } from "preact";
import { keyWanted } from "../api/client";
import { follow, following, isTakenOver } from "../follow/follow";
import { t } from "../i18n/i18n";
import { isMissing, isUnkept } from "../session";
import { Button, IconButton, ProblemNote } from "../ui/ui";
import { failed } from "./failures";
import { KeyNote } from "./KeyNote";

/** What concerns the page as a whole, whichever step is open. */
export function Notes() {
  return (
    <>
      {keyWanted.value && <KeyNote onKey={follow} />}
      {isUnkept.value && (
        <p class="problem" role="alert">
          {t("shell.storage")}
        </p>
      )}
      {following.value.state === "offline" && (
        <ProblemNote problem={following.value.problem} onRetry={follow} />
      )}
      {isMissing.value && (
        <Note
          text={t("shell.missing")}
          onClose={() => {
            isMissing.value = false;
          }}
        />
      )}
      {isTakenOver.value && (
        <Note
          text={t("shell.taken.over")}
          onClose={() => {
            isTakenOver.value = false;
          }}
        />
      )}
      {failed.value !== null && (
        <Note
          text={`${t("shell.failed")}. ${t("shell.failed.detail")} (${failed.value})`}
          onClose={() => {
            failed.value = null;
          }}
        >
          <Button onClick={() => location.reload()}>{t("shell.reload")}</Button>
        </Note>
      )}
    </>
  );
}

function Note({
  text,
  onClose,
  children,
}: {
  text: string;
  onClose: () => void;
  children?: ComponentChildren;
}) {
  return (
    <div class="note" role="alert">
      <p class="grow">{text}</p>
      {children}
      <IconButton kind="quiet" icon="close" label={t("shell.dismiss")} onClick={onClose} />
    </div>
  );
}
