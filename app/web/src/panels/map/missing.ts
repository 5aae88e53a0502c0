import type { LabelFaults } from "../../follow/faults";
import type { LandClass, Project } from "../../project/project";

/** What is still missing before there can be a map. */
export interface Missing {
  readonly region: boolean;
  /** More classes have to have a label. */
  readonly classes: number;
  /** Labels that the server would not take. */
  readonly refused: number;
  /** Classes that have labels, and how many. */
  readonly counts: readonly { readonly entry: LandClass; readonly labels: number }[];
}

/** A network learns to tell classes apart: it takes two. */
const FEWEST_CLASSES = 2;

export function missingOf({ region, classes, labels }: Project, faults: LabelFaults): Missing {
  const counts = new Map<string, number>();
  for (const label of labels) {
    if (!faults.has(label.id)) counts.set(label.classId, (counts.get(label.classId) ?? 0) + 1);
  }
  return {
    region: region === null,
    classes: Math.max(0, FEWEST_CLASSES - counts.size),
    refused: labels.filter((label) => faults.has(label.id)).length,
    counts: classes.flatMap((entry) => {
      const of = counts.get(entry.id);
      return of ? [{ entry, labels: of }] : [];
    }),
  };
}
