import { computed, signal } from "@preact/signals";
import { titleOf } from "../../api/adaptations";
import type { Label, LandClass } from "../../project/project";
import { pixelMetres } from "../../project/regions";
import { labelWarnings } from "../../project/warnings";
import { imagery, project } from "../../state";

/** Classes whose labels are listed. */
export const openClasses = signal<ReadonlySet<string>>(new Set());

const NOTHING: readonly Label[] = [];

let before: ReadonlyMap<string, readonly Label[]> = new Map();

/**
 * Class -> its labels, in the order in which they were made.
 *
 * A class whose labels are as they were keeps the very same list, so that nothing of it is drawn again.
 */
export const labelsByClass = computed(() => {
  const now = new Map<string, readonly Label[]>();
  for (const label of project.value.labels) {
    const list = now.get(label.classId);
    if (list) (list as Label[]).push(label);
    else now.set(label.classId, [label]);
  }
  for (const [id, list] of now) {
    const old = before.get(id);
    if (old?.length === list.length && old.every((label, index) => label === list[index])) now.set(id, old);
  }
  before = now;
  return now;
});

export const labelsOfClass = (id: string): readonly Label[] => labelsByClass.value.get(id) ?? NOTHING;

const classes = computed(() => project.value.classes);

/** What a label is called: its class, and which one of it. */
export const labelNames = computed(() => {
  const names = new Map<string, string>();
  for (const entry of classes.value) {
    labelsOfClass(entry.id).forEach((label, index) => {
      names.set(label.id, labelName(entry, index));
    });
  }
  return names;
});

export const labelName = (of: LandClass, index: number): string => `${titleOf(of.name)} ${index + 1}`;

const labels = computed(() => project.value.labels);
const metres = computed(() => pixelMetres(imagery.value?.resolution));

export const warnings = computed(() => labelWarnings(labels.value, classes.value, metres.value));
