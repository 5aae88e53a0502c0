import { useSignal } from "@preact/signals";
import { readLegend } from "../../api/files";
import { type Problem, problemOf } from "../../api/problem";
import { t } from "../../i18n/i18n";
import { Field, ProblemNote, Status } from "../../ui/ui";
import { addLegend } from "./adding";

/** Classes of a legend file: chosen, or dropped on the field. */
export function FromFile() {
  const reading = useSignal<string | null>(null);
  const problem = useSignal<Problem | null>(null);
  const isOver = useSignal(false);
  const read = async (file: File | null | undefined): Promise<void> => {
    if (!file) return;
    reading.value = file.name;
    problem.value = null;
    try {
      addLegend(await readLegend(file.name, file));
    } catch (error) {
      problem.value = problemOf(error);
    } finally {
      reading.value = null;
    }
  };
  return (
    <details>
      <summary>{t("what.file")}</summary>
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions -- the field within does the same by keyboard */}
      <div
        class="what-drop"
        // Labels may be dropped anywhere; what is dropped here is a legend.
        data-drop="legend"
        data-over={isOver.value || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          isOver.value = true;
        }}
        onDragLeave={() => {
          isOver.value = false;
        }}
        onDrop={(event) => {
          event.preventDefault();
          isOver.value = false;
          void read(event.dataTransfer?.files[0]);
        }}
      >
        <Field label={t("what.file.choose")} hint={t("what.file.hint")}>
          {(wiring) => (
            <input
              {...wiring}
              type="file"
              accept=".qml,.csv,.json,.txt,.clr"
              onChange={(event) => {
                const input = event.currentTarget;
                void read(input.files?.[0]).then(() => {
                  input.value = ""; // the same file again is a change again
                });
              }}
            />
          )}
        </Field>
        {reading.value && <Status>{t("what.file.reading", { name: reading.value })}</Status>}
        {problem.value && <ProblemNote problem={problem.value} />}
      </div>
    </details>
  );
}
