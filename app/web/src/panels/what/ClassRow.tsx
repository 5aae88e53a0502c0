import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { titleOf } from "../../api/adaptations";
import { number, t } from "../../i18n/i18n";
import { withClassChanged } from "../../project/edits";
import { keyOf, LONGEST_NAME, nameFault } from "../../project/naming";
import type { LandClass } from "../../project/project";
import { edit, project } from "../../state";
import { nameMessage } from "./AddClass";
import { ClassDetails } from "./ClassDetails";

/** One class: its key, colour, name and number of labels; renamed and recoloured in place. */
export function ClassRow({ entry, index, count }: { entry: LandClass; index: number; count: number }) {
  const fault = useSignal<string | null>(null);
  const isOpen = useSignal(false);
  const id = useId();
  const title = titleOf(entry.name);
  const key = keyOf(index);
  const wiring = fault.value ? { "aria-describedby": `${id}-error`, "aria-invalid": true } : {};
  return (
    <li class="what-row">
      <div class="what-line">
        <kbd class="what-key" title={key ? t("what.key.of", { key }) : undefined}>
          {key}
        </kbd>
        <ColorField entry={entry} fault={fault} wiring={wiring} />
        <NameField entry={entry} fault={fault} wiring={wiring} />
        <span class="what-count muted" title={t("what.labels", { count })}>
          <span aria-hidden="true">{number(count)}</span>
          <span class="visually-hidden">{t("what.labels", { count })}</span>
        </span>
        <button
          type="button"
          class="button icon quiet"
          aria-expanded={isOpen.value}
          aria-controls={`${id}-details`}
          aria-label={t("what.more", { name: title })}
          title={t("what.more", { name: title })}
          onClick={() => {
            isOpen.value = !isOpen.value;
          }}
        >
          <span aria-hidden="true">{isOpen.value ? "▴" : "▾"}</span>
        </button>
      </div>
      {fault.value && (
        <p class="error" id={`${id}-error`} role="alert">
          {fault.value}
        </p>
      )}
      <div id={`${id}-details`} hidden={!isOpen.value}>
        {isOpen.value && <ClassDetails entry={entry} count={count} />}
      </div>
    </li>
  );
}

interface FieldProps {
  readonly entry: LandClass;
  readonly fault: { value: string | null };
  readonly wiring: { "aria-describedby"?: string; "aria-invalid"?: boolean };
}

function ColorField({ entry, fault, wiring }: FieldProps) {
  const recolor = (input: HTMLInputElement): void => {
    const color = input.value.toUpperCase();
    const other = project.value.classes.find(
      (one) => one.id !== entry.id && one.color.toUpperCase() === color,
    );
    fault.value = other ? t("what.fault.color.taken", { name: titleOf(other.name) }) : null;
    if (other) input.value = entry.color.toLowerCase();
    else edit((before) => withClassChanged(before, entry.id, { color }));
  };
  return (
    <input
      {...wiring}
      type="color"
      aria-label={t("what.color.of", { name: titleOf(entry.name) })}
      value={entry.color.toLowerCase()}
      onChange={(event) => recolor(event.currentTarget)}
    />
  );
}

function NameField({ entry, fault, wiring }: FieldProps) {
  // What is typed stays while it is no name, and goes where the class gets its name some other way: undo.
  const typed = useSignal<{ name: string; of: string } | null>(null);
  const value = typed.value?.of === entry.name ? typed.value.name : entry.name;
  const rename = (): void => {
    const name = value.trim();
    const wrong = nameFault(name, project.value.classes, entry.id);
    fault.value = wrong && nameMessage(wrong);
    if (wrong) return;
    typed.value = null;
    if (name !== entry.name) edit((before) => withClassChanged(before, entry.id, { name }));
  };
  return (
    <input
      {...wiring}
      class="grow what-name"
      autocomplete="off"
      maxLength={LONGEST_NAME}
      aria-label={t("what.name.of", { name: titleOf(entry.name) })}
      value={value}
      onInput={(event) => {
        typed.value = { name: event.currentTarget.value, of: entry.name };
        fault.value = null;
      }}
      onChange={rename}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        typed.value = null;
        fault.value = null;
      }}
    />
  );
}
