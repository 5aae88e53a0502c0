import { useSignal } from "@preact/signals";
import { titleOf } from "../../api/adaptations";
import { t } from "../../i18n/i18n";
import { withClassChanged, withClassesMerged, withoutClass } from "../../project/edits";
import { type ValueFault, valueFault } from "../../project/naming";
import type { LandClass } from "../../project/project";
import { edit, project } from "../../state";
import { Button, Field } from "../../ui/ui";
import { editAndSay } from "./said";

/** What is seldom needed of a class: its number in the map, and how to be rid of it. */
export function ClassDetails({ entry, count }: { entry: LandClass; count: number }) {
  const title = titleOf(entry.name);
  const remove = (): void =>
    editAndSay(
      (before) => withoutClass(before, entry.id),
      count > 0
        ? t("what.said.removedLabels", { count, name: title })
        : t("what.said.removed", { name: title }),
      true,
    );
  return (
    <div class="what-details">
      <ValueField entry={entry} />
      {project.value.classes.length > 1 && <Merge entry={entry} count={count} />}
      <Button kind="danger" onClick={remove}>
        {t("what.remove", { name: title })}
      </Button>
    </div>
  );
}

function ValueField({ entry }: { entry: LandClass }) {
  const typed = useSignal<{ text: string; of: number } | null>(null);
  const fault = useSignal<ValueFault | null>(null);
  const value = typed.value?.of === entry.value ? typed.value.text : String(entry.value);
  const commit = (): void => {
    fault.value = valueFault(value, project.value.classes, entry.id);
    if (fault.value) return;
    typed.value = null;
    if (Number(value) === entry.value) return;
    edit((before) => withClassChanged(before, entry.id, { value: Number(value) }));
  };
  return (
    <Field
      label={t("what.value.of", { name: titleOf(entry.name) })}
      hint={t("what.value.hint")}
      error={fault.value ? t(`what.fault.value.${fault.value}`) : undefined}
    >
      {(wiring) => (
        <input
          {...wiring}
          type="number"
          min={1}
          max={254}
          step={1}
          value={value}
          onInput={(event) => {
            typed.value = { text: event.currentTarget.value, of: entry.value };
            fault.value = null;
          }}
          onChange={commit}
        />
      )}
    </Field>
  );
}

function Merge({ entry, count }: { entry: LandClass; count: number }) {
  const into = useSignal("");
  const target = project.value.classes.find((one) => one.id === into.value && one.id !== entry.id);
  const merge = (): void => {
    if (!target) return;
    const parameters = { count, name: titleOf(entry.name), into: titleOf(target.name) };
    editAndSay(
      (before) => withClassesMerged(before, entry.id, target.id),
      count > 0 ? t("what.said.merged", parameters) : t("what.said.mergedNone", parameters),
      true,
    );
  };
  return (
    <Field label={t("what.merge.of", { name: titleOf(entry.name) })}>
      {(wiring) => (
        <div class="row">
          <select
            {...wiring}
            class="grow"
            value={target?.id ?? ""}
            onChange={(event) => {
              into.value = event.currentTarget.value;
            }}
          >
            <option value="">{t("what.merge.choose")}</option>
            {project.value.classes
              .filter((one) => one.id !== entry.id)
              .map((one) => (
                <option key={one.id} value={one.id}>
                  {titleOf(one.name)}
                </option>
              ))}
          </select>
          <Button disabled={!target} onClick={merge}>
            {t("what.merge")}
          </Button>
        </div>
      )}
    </Field>
  );
}
