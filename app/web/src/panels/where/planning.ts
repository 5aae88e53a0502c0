import { computed, effect, signal } from "@preact/signals";
import { type Plan, planFor, planRequest, refusalsOf } from "../../api/plan";
import { type Problem, problemOf } from "../../api/problem";
import { standing } from "../../follow/faults";
import { labelFaults } from "../../follow/follow";
import { isMissing } from "../../project/regions";
import { imagery, project } from "../../state";

/** What the server says to the region and the labels as they are. */
export interface Planning {
  /** What is asked, so that the same is asked once. */
  readonly key: string;
  readonly isBusy: boolean;
  readonly plan: Plan | null;
  readonly problem: Problem | null;
}

const NONE: Planning = { key: "", isBusy: false, plan: null, problem: null };

export const planning = signal<Planning>(NONE);

export const refusals = computed(() => refusalsOf(planning.value.plan, planning.value.problem));

/** What still has to be said before there can be a plan. */
export const missing = computed(() => {
  const { region, labels } = project.value;
  return region && imagery.value ? isMissing(region, imagery.value, labels.length > 0) : null;
});

const request = computed(() => {
  const { region, labels } = project.value;
  if (!region || !imagery.value || missing.value) return null;
  // The map goes on without labels that the server refuses, so the plan does too.
  const faults = standing(labelFaults.value, labels);
  return planRequest(
    project.value,
    labels.filter((label) => !faults.has(label.id)),
  );
});

const PAUSE_MS = 300;

let asking: AbortController | undefined;

/** Plan as the region changes, until the function that is given back is called. */
export function startPlanning(): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const stop = effect(() => {
    const wanted = request.value;
    const key = wanted ? JSON.stringify(wanted) : "";
    clearTimeout(waiting);
    if (key === planning.peek().key) return;
    asking?.abort();
    planning.value = wanted ? { ...planning.peek(), key, isBusy: true } : NONE;
    if (wanted) waiting = setTimeout(() => void planAgain(), PAUSE_MS);
  });
  return () => {
    clearTimeout(waiting);
    asking?.abort();
    stop();
    if (planning.value.isBusy) planning.value = NONE;
  };
}

/** Ask for the plan of what there is now. */
export async function planAgain(): Promise<void> {
  const wanted = request.value;
  if (!wanted) return;
  const key = JSON.stringify(wanted);
  asking?.abort();
  asking = new AbortController();
  const { signal } = asking;
  planning.value = { ...planning.value, key, isBusy: true };
  try {
    const plan = await planFor(wanted, signal);
    if (!signal.aborted) planning.value = { key, isBusy: false, plan, problem: null };
  } catch (error) {
    if (!signal.aborted) planning.value = { key, isBusy: false, plan: null, problem: problemOf(error) };
  }
}
