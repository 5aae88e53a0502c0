import { type Corrections, featureOf, legendOf, type Operation } from "../api/adaptations";
import type { Label, Project } from "../project/project";

/** A label as the server has it. */
export interface Known {
  /** Its name there. */
  readonly server: number;
  readonly className: string;
  /** `geometryKey` of it. */
  readonly geometry: string;
}

/** What the server has of a project: the current version of an adaptation. */
export interface Head {
  readonly adaptation: string;
  readonly version: number;
  /** `regionKey` of what it was adapted to. */
  readonly region: string;
  /** `legendKey` of its classes. */
  readonly legend: string;
  /** Label of the page -> label of the server. */
  readonly known: ReadonlyMap<string, Known>;
}

export const geometryKey = (label: Label): string => JSON.stringify(label.geometry.coordinates);
export const regionKey = (project: Project): string => JSON.stringify(project.region);
export const legendKey = (project: Project): string => JSON.stringify(legendOf(project.classes));

export interface Difference {
  readonly corrections: Corrections;
  /** Labels of the page in the order of the operations on them: the server names operations by their position. */
  readonly labels: readonly string[];
}

/**
 * What turns the labels of the server into those of the page; null where nothing does any more.
 *
 * Removals come first, so that a label may take the pixel of one that goes.
 */
export function difference(head: Head, project: Project, labels: readonly Label[]): Difference | null {
  const names = new Map(project.classes.map((entry) => [entry.id, entry.name]));
  const wanted = new Set(labels.map((label) => label.id));
  const operations: Operation[] = [];
  const order: string[] = [];
  const push = (label: string, operation: Operation): void => {
    operations.push(operation);
    order.push(label);
  };
  for (const [id, known] of head.known) {
    if (!wanted.has(id)) push(id, { op: "remove", label: known.server });
  }
  for (const label of labels) {
    const known = head.known.get(label.id);
    const className = names.get(label.classId) ?? "";
    if (!known) {
      push(label.id, { op: "add", feature: featureOf(label, className) });
      continue;
    }
    if (known.geometry !== geometryKey(label)) {
      push(label.id, { op: "move", label: known.server, geometry: label.geometry });
    }
    if (known.className !== className) push(label.id, { op: "class", label: known.server, class: className });
  }
  const isOtherLegend = head.legend !== legendKey(project);
  if (operations.length === 0 && !isOtherLegend) return null;
  const legend = isOtherLegend ? { legend: legendOf(project.classes) } : {};
  return { corrections: { operations, ...legend, base_version: head.version }, labels: order };
}

/** What the server has after it took `labels`; `added` are its names of those it did not know, in their order. */
export function headAfter(
  head: Pick<Head, "adaptation" | "version"> & { known?: Head["known"] },
  project: Project,
  labels: readonly Label[],
  added: readonly number[],
): Head {
  const names = new Map(project.classes.map((entry) => [entry.id, entry.name]));
  const fresh = added.values();
  const known = new Map<string, Known>();
  for (const label of labels) {
    const server = head.known?.get(label.id)?.server ?? fresh.next().value;
    if (server === undefined) continue;
    known.set(label.id, { server, className: names.get(label.classId) ?? "", geometry: geometryKey(label) });
  }
  return {
    adaptation: head.adaptation,
    version: head.version,
    region: regionKey(project),
    legend: legendKey(project),
    known,
  };
}
