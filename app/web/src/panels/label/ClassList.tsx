import { useComputed, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { titleOf } from "../../api/adaptations";
import { t } from "../../i18n/i18n";
import { keyOf } from "../../project/naming";
import type { Label, LandClass } from "../../project/project";
import { activeClass, project, selected } from "../../state";
import { Button, Swatch } from "../../ui/ui";
import { labelsOfClass, openClasses } from "./groups";
import { LabelRow } from "./LabelRow";

/** The classes: which one a new label gets, and the labels that each has. */
export function ClassList() {
  const { classes, labels } = project.value;
  return (
    <fieldset class="label-classes">
      <legend>{t("label.classes")}</legend>
      <ul>
        {classes.map((entry, index) => (
          <ClassGroup key={entry.id} entry={entry} index={index} labels={labelsOfClass(entry.id)} />
        ))}
      </ul>
      <p class="muted">{t("label.total", { count: labels.length })}</p>
    </fieldset>
  );
}

function ClassGroup({ entry, index, labels }: { entry: LandClass; index: number; labels: readonly Label[] }) {
  const isActive = useComputed(() => activeClass.value === entry.id);
  const isOpen = useComputed(() => openClasses.value.has(entry.id));
  const id = useId();
  const title = titleOf(entry.name);
  const key = keyOf(index);
  const toggle = (): void => {
    const next = new Set(openClasses.value);
    if (!next.delete(entry.id)) next.add(entry.id);
    openClasses.value = next;
  };
  return (
    <li>
      <div class="label-class">
        <label class="grow">
          <input
            type="radio"
            name="label-class"
            checked={isActive.value}
            onChange={() => {
              activeClass.value = entry.id;
            }}
          />
          <Swatch color={entry.color} />
          <span class="label-class-name">{title}</span>
          {key && (
            <span class="label-key" aria-hidden="true">
              {key}
            </span>
          )}
        </label>
        <button
          type="button"
          class="button quiet label-count"
          aria-expanded={isOpen.value}
          aria-controls={id}
          onClick={toggle}
        >
          <span class="visually-hidden">{title}: </span>
          {t("label.count", { count: labels.length })}
          <span aria-hidden="true"> {isOpen.value ? "▴" : "▾"}</span>
        </button>
      </div>
      <div id={id} hidden={!isOpen.value}>
        {isOpen.value && <Labels entry={entry} title={title} labels={labels} />}
      </div>
    </li>
  );
}

/** Rows of a list at first, and with each "more": thousands of rows at once take seconds. */
const PORTION = 100;

function Labels({ entry, title, labels }: { entry: LandClass; title: string; labels: readonly Label[] }) {
  const most = useSignal(PORTION);
  const rest = labels.length - most.value;
  if (labels.length === 0) return <p class="muted label-none">{t("label.none")}</p>;
  return (
    <>
      <ul class="label-rows">
        {labels.slice(0, most.value).map((label, index) => (
          <LabelRow key={label.id} label={label} of={entry} index={index} />
        ))}
      </ul>
      <div class="row">
        {rest > 0 && (
          <Button
            onClick={() => {
              most.value += PORTION;
            }}
          >
            {t("label.more", { count: Math.min(rest, PORTION) })}
          </Button>
        )}
        {labels.length > 1 && (
          <Button
            kind="quiet"
            onClick={() => {
              selected.value = new Set(labels.map((label) => label.id));
            }}
          >
            {t("label.select.all", { name: title })}
          </Button>
        )}
      </div>
    </>
  );
}
