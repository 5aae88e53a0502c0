import { useSignal } from "@preact/signals";
import { beginMap } from "../../api/jobs";
import { Problem, problemOf } from "../../api/problem";
import type { JobStatus } from "../../api/types";
import { following, labelFaults, version } from "../../follow/follow";
import { t } from "../../i18n/i18n";
import { isForgotten, jobStatus, mapShown, takeUp } from "../../jobs/job";
import { newId } from "../../project/project";
import { project } from "../../state";
import { Button, Icon, ProblemNote, Status } from "../../ui/ui";
import { JobProgress } from "./JobProgress";
import { makingOf } from "./making";

/** Names what is asked for: where an answer was lost, the same is asked again. */
let attempt = newId();

/** Make the full map, and see how far it is. */
export function Making() {
  const problem = useSignal<Problem | null>(null);
  const isBusy = useSignal(false);
  const status = jobStatus.value;
  const making = makingOf(project.value, following.value, status, mapShown.value);

  const begin = async (): Promise<void> => {
    const shown = version.peek();
    if (!shown || isBusy.peek()) return;
    problem.value = null;
    isBusy.value = true;
    try {
      takeUp(await beginMap(shown.id, shown.version, attempt));
      attempt = newId();
    } catch (thrown) {
      problem.value = problemOf(thrown);
      if (problem.value.status !== 0) attempt = newId();
    } finally {
      isBusy.value = false;
    }
  };

  if (making.is === "under way") return <JobProgress status={making.status} />;
  if (making.is === "done") return <Ready />;
  const isPossible = making.is === "possible" && !isBusy.value;
  const failed = status?.status === "failed" ? failureOf(status) : null;
  const isMade = status?.status === "successful";
  return (
    <div class="making">
      {status?.status === "dismissed" && <Status>{t("take.cancelled")}</Status>}
      {isForgotten.value && <p class="warning">{t("take.forgotten")}</p>}
      {failed && <ProblemNote problem={failed} />}
      {problem.value && <ProblemNote problem={problem.value} />}
      {making.is === "refused" && <ProblemNote problem={making.problem} />}
      <p class="hint">{t("take.hint")}</p>
      {labelFaults.value.size > 0 && (
        <p class="warning">{t("take.left.out", { count: labelFaults.value.size })}</p>
      )}
      <Button kind="primary" disabled={!isPossible} onClick={() => void begin()}>
        {t(failed || problem.value ? "take.try" : isMade ? "take.again" : "take.make")}
      </Button>
      {isBusy.value && <Status>{t("take.begin.busy")}</Status>}
      {making.is === "missing" && <Status>{t(`take.missing.${making.what}`)}</Status>}
    </div>
  );
}

function Ready() {
  return (
    <Status>
      <span class="with-swatch ready">
        <Icon name="check" /> {t("take.ready")}
      </span>
    </Status>
  );
}

/** Why a job failed, in the words of the server. */
function failureOf(status: JobStatus): Problem {
  const given = status["landshot:problem"];
  return new Problem({
    status: given?.status ?? 500,
    code: given?.type.split("/").pop() ?? "failed",
    title: t("take.failed"),
    translated: "title",
    detail: given?.detail ?? status.message,
    faults: given?.errors ?? [],
  });
}
