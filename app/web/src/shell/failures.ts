import { signal } from "@preact/signals";
import { Problem } from "../api/problem";
import { t } from "../i18n/i18n";

/** What nobody expected, in words; null: nothing. The page goes on, and says so. */
export const failed = signal<string | null>(null);

/** Notice all that is thrown and caught by nobody; ends when the function that is given back is called. */
export function startFailures(): () => void {
  const onError = (event: ErrorEvent): void => {
    // Without an error it is the browser that complains: of a ResizeObserver that it puts off to the next frame.
    if (event.error) notice(event.error);
  };
  const onRejection = (event: PromiseRejectionEvent): void => notice(event.reason);
  addEventListener("error", onError);
  addEventListener("unhandledrejection", onRejection);
  return () => {
    removeEventListener("error", onError);
    removeEventListener("unhandledrejection", onRejection);
  };
}

export function notice(thrown: unknown): void {
  if (thrown instanceof DOMException && thrown.name === "AbortError") return;
  failed.value = wordsOf(thrown);
}

export function wordsOf(thrown: unknown): string {
  if (thrown instanceof Problem) {
    return thrown.code === "offline" ? t("shell.offline") : `${thrown.title}: ${thrown.detail}`;
  }
  return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
}
