import { signal } from "@preact/signals";
import { keyWanted } from "../api/client";
import { Problem, problemOf } from "../api/problem";
import { t } from "../i18n/i18n";

const PAUSE_MS = 2000;

/** How far the page itself is. */
export const starting = signal<"loading" | "ready" | "failed">("loading");

/** Why it is no further; stays until it is tried again by hand, or is there. */
export const startProblem = signal<Problem | null>(null);

let again: (() => Promise<void>) | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;

/** The page cannot be used yet: says why, and tries again where that may help. */
export function failure(thrown: unknown, retry: () => Promise<void>): void {
  startProblem.value = explained(thrown);
  starting.value = "failed";
  again = retry;
  // Without a key the page waits for one; with the server away, for the server.
  if (startProblem.value.isPassing && !keyWanted.value) timer = setTimeout(startAgain, PAUSE_MS);
}

export function startAgain(): void {
  const retry = again;
  again = null;
  clearTimeout(timer);
  if (!startProblem.value?.isPassing) startProblem.value = null;
  void retry?.();
}

function explained(thrown: unknown): Problem {
  try {
    return problemOf(thrown);
  } catch {
    const detail = `${t("shell.failed.detail")} (${String(thrown)})`;
    const title = t("shell.failed");
    return new Problem({ status: 500, code: "page-failed", title, detail, translated: "all" });
  }
}
