import { effect, signal } from "@preact/signals";
import { percent, t } from "../i18n/i18n";
import { step } from "../state";
import { jobStatus } from "./job";
import { hasEnded } from "./watching";

/** What became of a job while another step was open; null: nothing that has not been seen. */
export const news = signal<"ready" | "failed" | null>(null);

/** Tell of the job's end where it is not looked at, and of its progress in the browser's tab. */
export function startNews(): () => void {
  let running: string | null = null;
  const endNews = effect(() => {
    const status = jobStatus.value;
    const isSeen = step.value === "take";
    if (isSeen) news.value = null;
    if (status && !hasEnded(status)) running = status.jobID;
    else if (status && running === status.jobID) {
      running = null;
      const became = { successful: "ready", failed: "failed" } as const;
      if (!isSeen) news.value = became[status.status as keyof typeof became] ?? null;
    }
  });
  const endTitle = effect(() => {
    document.title = titleNow();
  });
  return () => {
    endNews();
    endTitle();
  };
}

function titleNow(): string {
  const name = "Landshot";
  const status = jobStatus.value;
  if (status && !hasEnded(status)) {
    return t("shell.title.progress", { share: percent(status.progress / 100), name });
  }
  return news.value ? t(`shell.news.${news.value}.title`, { name }) : name;
}
