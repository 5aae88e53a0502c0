import { useSignal } from "@preact/signals";
import { type Problem, problemOf } from "../../api/problem";
import { openDemo } from "../../demo";
import { t } from "../../i18n/i18n";
import { Button, ProblemNote, Status } from "../../ui/ui";

/** The example, for whoever has nothing of their own yet. */
export function SeeItWork() {
  const isBusy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  const show = async (): Promise<void> => {
    isBusy.value = true;
    problem.value = null;
    try {
      await openDemo();
    } catch (error) {
      problem.value = problemOf(error);
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <div class="see-it-work">
      <p>{t("where.new")}</p>
      <Button kind="primary" disabled={isBusy.value} onClick={() => void show()}>
        {t("where.demo")}
      </Button>
      {isBusy.value && <Status>{t("where.demo.busy")}</Status>}
      {problem.value && <ProblemNote problem={problem.value} onRetry={() => void show()} />}
    </div>
  );
}
