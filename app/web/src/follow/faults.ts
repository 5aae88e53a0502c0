import type { Fault } from "../api/problem";
import type { Label } from "../project/project";
import { geometryKey } from "./operations";

/** Why the server would not take a label. It counts for the label as it was: one that is changed is tried again. */
export interface LabelFault {
  readonly reason: string;
  readonly content: string;
}

export type LabelFaults = ReadonlyMap<string, LabelFault>;

export const contentOf = (label: Label): string => `${label.classId} ${geometryKey(label)}`;

/**
 * What the server says is wrong with labels, by label of the page; empty where it is about something else.
 *
 * @param sent labels in the order in which the request had them, or operations on them; null: one that goes.
 * @param known those that the server has, by their names there.
 */
export function faultsOf(
  told: readonly Fault[],
  sent: readonly (Label | null)[],
  known: ReadonlyMap<number, Label> = new Map(),
): Map<string, LabelFault> {
  const faults = new Map<string, LabelFault>();
  for (const { where, reason } of told) {
    if (isAboutUnknownLabel(where)) continue;
    const [, position, name] = /^(?:(?:labels|operations)\[(\d+)\]|label (\d+))/.exec(where) ?? [];
    const label = name === undefined ? sent[Number(position)] : known.get(Number(name));
    if (label && !faults.has(label.id)) faults.set(label.id, { reason, content: contentOf(label) });
  }
  return faults;
}

/** Whether the page took the server to have a label that it has not: nothing is wrong with the label then. */
export function isAboutUnknownLabel(where: string): boolean {
  return /^operations\[\d+\]\.label$/.test(where);
}

/** Those that still hold: their label is there, and as it was. */
export function standing(faults: LabelFaults, labels: readonly Label[]): Map<string, LabelFault> {
  const kept = new Map<string, LabelFault>();
  for (const label of labels) {
    const fault = faults.get(label.id);
    if (fault && fault.content === contentOf(label)) kept.set(label.id, fault);
  }
  return kept;
}
