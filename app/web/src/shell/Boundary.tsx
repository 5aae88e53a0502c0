import type { ComponentChildren } from "preact";
import { useErrorBoundary } from "preact/hooks";
import { t } from "../i18n/i18n";
import { Button } from "../ui/ui";
import { wordsOf } from "./failures";

/** Says that something went wrong in place of what it went wrong in, and leaves the rest of the page alone. */
export function Boundary({ children }: { children: ComponentChildren }) {
  const [thrown] = useErrorBoundary();
  if (thrown === undefined || thrown === null) return children;
  return (
    <div class="problem" role="alert">
      <p class="problem-title">{t("shell.failed")}</p>
      <p>{t("shell.failed.detail")}</p>
      <p>
        <code>{wordsOf(thrown)}</code>
      </p>
      <Button onClick={() => location.reload()}>{t("shell.reload")}</Button>
    </div>
  );
}
