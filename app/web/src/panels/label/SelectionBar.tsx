import { titleOf } from "../../api/adaptations";
import { t } from "../../i18n/i18n";
import { project, selected } from "../../state";
import { Button, Field, IconButton } from "../../ui/ui";
import { deleteSelected, giveSelectedClass, showLabels } from "./actions";
import { labelNames } from "./groups";

/** What can be done with the labels that are selected, here or on the map. */
export function SelectionBar() {
  const chosen = selected.value;
  if (chosen.size === 0) return null;
  const labels = project.value.labels.filter((label) => chosen.has(label.id));
  const [first] = labels;
  const shared = labels.every((label) => label.classId === first?.classId) ? first?.classId : undefined;
  return (
    <section class="selection" aria-labelledby="selection-title">
      <div class="row">
        <h3 id="selection-title" class="grow">
          {labels.length === 1 && first
            ? labelNames.value.get(first.id)
            : t("label.selected", { count: chosen.size })}
        </h3>
        <IconButton
          icon="close"
          kind="quiet"
          label={t("label.selected.clear")}
          onClick={() => {
            selected.value = new Set();
          }}
        />
      </div>
      <Field label={t("label.selected.class")}>
        {(wiring) => (
          <select
            {...wiring}
            value={shared ?? ""}
            onChange={(event) => {
              const of = project.value.classes.find((entry) => entry.id === event.currentTarget.value);
              if (of) giveSelectedClass(of.id, titleOf(of.name));
            }}
          >
            {!shared && <option value="">{t("label.selected.choose")}</option>}
            {project.value.classes.map((entry) => (
              <option key={entry.id} value={entry.id}>
                {titleOf(entry.name)}
              </option>
            ))}
          </select>
        )}
      </Field>
      <div class="row">
        <Button onClick={() => showLabels(labels)}>{t("label.selected.show")}</Button>
        <Button kind="danger" onClick={deleteSelected}>
          {t("label.selected.delete")}
        </Button>
      </div>
    </section>
  );
}
