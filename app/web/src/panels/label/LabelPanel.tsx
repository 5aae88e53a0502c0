import { useEffect } from "preact/hooks";
import { following } from "../../follow/follow";
import { t } from "../../i18n/i18n";
import { project, step, tool } from "../../state";
import { Button, ProblemNote } from "../../ui/ui";
import { BringFiles } from "./BringFiles";
import { ClassList } from "./ClassList";
import { Faults } from "./Faults";
import { SelectionBar } from "./SelectionBar";
import { ToolChoice } from "./ToolChoice";
import { Warnings } from "./Warnings";
import "../../styles/label.css";

/** Places of which the user says what they are. */
export function LabelPanel() {
  useEffect(() => {
    tool.value = "point";
    return () => {
      if (tool.value === "point" || tool.value === "polygon") tool.value = "look";
    };
  }, []);
  const hasClasses = project.value.classes.length > 0;
  return (
    <>
      <Next />
      {hasClasses && (
        <>
          <ToolChoice />
          <SelectionBar />
          <ClassList />
          <Faults />
          <Warnings />
        </>
      )}
      <BringFiles />
    </>
  );
}

/** What comes next, for whoever does this for the first time; a refusal that is about no label. */
function Next() {
  const { region, classes, labels } = project.value;
  if (following.value.state === "refused") return <ProblemNote problem={following.value.problem} />;
  if (!region) return <Before step="where" />;
  if (classes.length === 0) return <Before step="what" />;
  const labelled = new Set(labels.map((label) => label.classId)).size;
  return labelled < 2 ? <p>{t(labelled === 0 ? "label.first" : "label.second")}</p> : null;
}

function Before({ step: wanted }: { step: "where" | "what" }) {
  const key = wanted === "where" ? "label.noRegion" : "label.noClasses";
  return (
    <div class="row">
      <p class="grow">{t(key)}</p>
      <Button
        onClick={() => {
          step.value = wanted;
        }}
      >
        {t(`${key}.go`)}
      </Button>
    </div>
  );
}
