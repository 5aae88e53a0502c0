import { t } from "../../i18n/i18n";
import { announce } from "../../map/announce";
import { markEdit } from "../../map/measure";
import { wantedBox, wantedPlace } from "../../map/view";
import { around } from "../../project/boxes";
import { withLabelsOfClass, withoutLabels } from "../../project/edits";
import type { Label } from "../../project/project";
import { edit, project, selected } from "../../state";

/** What can be done to labels in the list; each is one step that can be undone. */

export function showLabels(labels: readonly Label[]): void {
  const [first] = labels;
  if (labels.length === 1 && first?.geometry.type === "Point") wantedPlace.value = first.geometry.coordinates;
  else wantedBox.value = around(labels.map((label) => label.geometry));
}

/** Fly to a label, and have it stand out. */
export function showLabel(label: Label): void {
  selected.value = new Set([label.id]);
  showLabels([label]);
}

export function labelOf(id: string): Label | undefined {
  return project.value.labels.find((label) => label.id === id);
}

export function deleteLabel(id: string, name: string): void {
  markEdit();
  edit((before) => withoutLabels(before, new Set([id])));
  announce(t("label.said.deleted", { name }));
}

export function deleteSelected(): void {
  const gone = selected.value;
  markEdit();
  edit((before) => withoutLabels(before, gone));
  announce(t("label.said.deletedMany", { count: gone.size }));
}

export function giveSelectedClass(classId: string, name: string): void {
  const changed = selected.value;
  markEdit();
  edit((before) => withLabelsOfClass(before, changed, classId));
  announce(t("label.said.changed", { count: changed.size, name }));
}

export function toggleSelected(id: string): void {
  const next = new Set(selected.value);
  if (!next.delete(id)) next.add(id);
  selected.value = next;
}
