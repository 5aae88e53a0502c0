import { titleOf } from "../api/adaptations";
import { t } from "../i18n/i18n";
import { withLabels, withoutLabels, withRegion } from "../project/edits";
import type { Bbox, Geometry, LandClass } from "../project/project";
import { activeClass, edit, imageries, project, selected, tool } from "../state";
import { advise, announce } from "./announce";
import { imageryFor } from "./imageryFor";
import { markEdit } from "./measure";

/** What the map does to the project, and says of it. */

/** The class that a new label gets; null, and said why, where there is none. */
export function classToLabel(): LandClass | null {
  const found = project.value.classes.find((entry) => entry.id === activeClass.value) ?? null;
  if (!found) advise(t("map.advise.class"));
  return found;
}

/** A label of the class that is chosen; whether there is one now. */
export function addLabel(geometry: Geometry): boolean {
  const of = classToLabel();
  if (!of) return false;
  markEdit();
  edit((before) => withLabels(before, [{ classId: of.id, geometry }]));
  announce(t("map.said.added", { name: titleOf(of.name) }));
  return true;
}

export function removeSelected(): void {
  const gone = selected.value;
  if (gone.size === 0) return;
  markEdit();
  edit((before) => withoutLabels(before, gone));
  announce(t("map.said.removed", { count: gone.size }));
}

/** Select a label; `isMore` adds it to those that are selected, or takes it away from them. */
export function selectLabel(id: string, isMore: boolean): void {
  const chosen = new Set(isMore ? selected.value : []);
  if (isMore && chosen.has(id)) chosen.delete(id);
  else chosen.add(id);
  selected.value = chosen;
  const label = project.value.labels.find((entry) => entry.id === id);
  const name = project.value.classes.find((entry) => entry.id === label?.classId)?.name ?? "";
  announce(
    chosen.size === 1 && chosen.has(id)
      ? t("map.said.selected", { name: titleOf(name) })
      : t("map.said.selected.count", { count: chosen.size }),
  );
}

/** The region that somebody has drawn; with the imagery that was chosen, or else what there is of such a place. */
export function drawRegion(box: Bbox | null): void {
  if (!box) {
    advise(t("map.advise.box"));
    return;
  }
  const { region } = project.value;
  const name = region?.imagery ?? imageryFor(box, imageries.value ?? []);
  if (!name) {
    advise(t("map.advise.imagery"));
    return;
  }
  const rest = region ?? { imagery: name, start: null, end: null, steps: null };
  edit((before) => withRegion(before, { ...rest, bbox: box }));
  tool.value = "look";
  announce(t("map.said.region"));
}
