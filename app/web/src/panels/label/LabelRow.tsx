import { useComputed } from "@preact/signals";
import { titleOf } from "../../api/adaptations";
import { labelFaults } from "../../follow/follow";
import { t } from "../../i18n/i18n";
import { placeText } from "../../i18n/place";
import { around } from "../../project/boxes";
import type { Label, LandClass } from "../../project/project";
import { selected } from "../../state";
import { ServerWords } from "../../ui/ServerWords";
import { IconButton } from "../../ui/ui";
import { deleteLabel, showLabel, toggleSelected } from "./actions";
import { labelName } from "./groups";

/** One label: select it, go there, delete it; and why the server leaves it out. */
export function LabelRow({ label, of, index }: { label: Label; of: LandClass; index: number }) {
  const isSelected = useComputed(() => selected.value.has(label.id));
  const fault = useComputed(() => labelFaults.value.get(label.id)?.reason);
  const name = labelName(of, index);
  const remove = (event: Event): void => {
    const row = (event.currentTarget as Element).closest("li");
    const next = row?.nextElementSibling ?? row?.previousElementSibling;
    deleteLabel(label.id, name);
    // This row goes, and the focus would go with it.
    next?.querySelector<HTMLElement>("button.icon")?.focus();
  };
  return (
    <li class="label-row">
      <input
        type="checkbox"
        aria-label={t("label.select", { name })}
        checked={isSelected.value}
        onChange={() => toggleSelected(label.id)}
      />
      <button type="button" class="button quiet grow" onClick={() => showLabel(label)}>
        <span class="visually-hidden">{t("label.show", { name: titleOf(of.name) })} </span>
        {index + 1} · {whereText(label)}
      </button>
      <IconButton icon="trash" kind="quiet" label={t("label.delete", { name })} onClick={remove} />
      {fault.value && (
        <p class="error">
          <ServerWords>{fault.value}</ServerWords>
        </p>
      )}
    </li>
  );
}

function whereText({ geometry }: Label): string {
  if (geometry.type === "Point") return placeText(geometry.coordinates);
  const [west, south, east, north] = around([geometry]) ?? [0, 0, 0, 0];
  return t("label.polygon", { place: placeText([(west + east) / 2, (south + north) / 2]) });
}
