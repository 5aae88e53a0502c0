import { signal } from "@preact/signals";
import { legends } from "../../api/legends";
import { type Problem, problemOf } from "../../api/problem";
import type { ServerClass } from "../../api/types";
import { type Known, knownOf } from "../../project/bringing";

/** The legend that everybody knows, and colours for classes of one's own; empty until the server has told. */
export const known = signal<Known>(knownOf(null));
export const knownProblem = signal<Problem | null>(null);

/** What most regions have; the numbers are ESA WorldCover's. */
const COMMON: readonly number[] = [10, 30, 40, 50, 60, 80];

export const commonClasses = (): readonly ServerClass[] =>
  known.value.classes.filter((entry) => COMMON.includes(entry.value));

export async function loadLegends(): Promise<void> {
  try {
    known.value = knownOf(await legends());
    knownProblem.value = null;
  } catch (error) {
    knownProblem.value = problemOf(error);
  }
}
