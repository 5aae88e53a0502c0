import { useSignal } from "@preact/signals";
import { dismissJob } from "../../api/jobs";
import { type Problem, problemOf } from "../../api/problem";
import type { JobStatus } from "../../api/types";
import { type Key, percent, seconds, t } from "../../i18n/i18n";
import { isOutOfTouch, jobStatus } from "../../jobs/job";
import { Quoting } from "../../ui/ServerWords";
import { Button, ProblemNote, Status } from "../../ui/ui";

/** How far a job is, and the way to end it. */
export function JobProgress({ status }: { status: JobStatus }) {
  const problem = useSignal<Problem | null>(null);
  const isEnding = useSignal(false);
  const cancel = async (): Promise<void> => {
    isEnding.value = true;
    problem.value = null;
    try {
      jobStatus.value = await dismissJob(status.jobID);
    } catch (thrown) {
      problem.value = problemOf(thrown);
      isEnding.value = false;
    }
  };
  const isRunning = status.status === "running";
  return (
    <div class="making">
      <div class="progress">
        <progress
          aria-label={t("take.job")}
          max={100}
          {...(isRunning ? { value: status.progress } : {})}
          aria-valuetext={textOf(status)}
        />
        <p class="progress-text">
          <TextOf status={status} />
        </p>
      </div>
      {isOutOfTouch.value && <Status>{t("take.job.away")}</Status>}
      {problem.value && <ProblemNote problem={problem.value} />}
      <Button disabled={isEnding.value} onClick={() => void cancel()}>
        {t("take.cancel")}
      </Button>
    </div>
  );
}

const STAGES: readonly string[] = [
  "searching",
  "reading labels",
  "loading model",
  "adapting",
  "mapping",
  "writing",
];

/** The same, with the server's words marked as such. */
function TextOf({ status }: { status: JobStatus }) {
  const words = status["landshot:waiting_for"];
  if (status.status !== "accepted" || !words) return <>{textOf(status)}</>;
  return <Quoting words={words} sentence={(what) => t("take.job.accepted", { what })} />;
}

function textOf(status: JobStatus): string {
  if (status.status === "accepted") {
    return t("take.job.accepted", { what: status["landshot:waiting_for"] ?? "…" });
  }
  const stage = status["landshot:stage"];
  const tiles = status["landshot:tiles"];
  const left = status["landshot:seconds_left"];
  const name = stage && STAGES.includes(stage) ? t(`take.stage.${stage}` as Key) : stage;
  const parts = [
    t("take.job.progress", { share: percent(status.progress / 100), stage: name ?? t("take.job.begun") }),
    tiles && t("take.job.tiles", { count: tiles.total, done: tiles.done }),
    left !== undefined && left >= 1 && t("take.job.left", { time: seconds(left) }),
  ];
  return parts.filter(Boolean).join(" · ");
}
