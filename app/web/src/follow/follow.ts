import { batch, effect, signal, untracked } from "@preact/signals";
import { adaptTo, correct, labelsOf, requestOf, restore, versionOf } from "../api/adaptations";
import { type Fault, type Problem, problemOf } from "../api/problem";
import type { Version } from "../api/types";
import type { Label, Project } from "../project/project";
import { edit, project } from "../state";
import { faultsOf, isAboutUnknownLabel, type LabelFault, type LabelFaults, standing } from "./faults";
import { merged } from "./merging";
import { difference, type Head, headAfter, regionKey } from "./operations";

/**
 * Keeps an adaptation of the server like the project of the page.
 *
 * One request is under way at a time; what changes meanwhile goes with the next one. Labels that the server leaves out, or
 * refuses, stay on the page with its reason, and the others go without them.
 */
export type Following =
  | { readonly state: "waiting" }
  | { readonly state: "working"; readonly since: number }
  | { readonly state: "current" }
  | { readonly state: "refused"; readonly problem: Problem }
  | { readonly state: "offline"; readonly problem: Problem };

export const following = signal<Following>({ state: "waiting" });

/** The version whose tiles are shown; null before there is one. */
export const version = signal<Version | null>(null);

/** Why labels are left out, in the server's words. */
export const labelFaults = signal<LabelFaults>(new Map());

/** What the server has; kept with the project, so that a page that comes back goes on with it. */
export const head = signal<Head | null>(null);

/** Whether changes that were made elsewhere have just been taken over; they can be undone. */
export const isTakenOver = signal(false);

const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
const LONGEST_ASKED_PAUSE_MS = 60_000;

/** Requests for one state of the project: a server that contradicts itself is not asked for ever. */
const MOST_ATTEMPTS = 10;

let line: Promise<unknown> = Promise.resolve();
let isRunning = false;
let isWanted = false;
let retryAt: ReturnType<typeof setTimeout> | undefined;
let pause = SHORTEST_PAUSE_MS;
let regionSeen: string | null = null;

/** What was sent and had no answer: the server may have it, or not. */
let unanswered: Project | null = null;

/** Ends when another project is followed. */
let era = new AbortController();

/** Follow from now on; ends what it began when the function that is given back is called. */
export function startFollowing(): () => void {
  addEventListener("online", follow);
  const end = effect(() => {
    project.value;
    untracked(follow);
  });
  return () => {
    end();
    removeEventListener("online", follow);
    clearTimeout(retryAt);
  };
}

/** Another project takes the place of this one; `there` is what the server has of it. */
export function followAnother(there: Head | null, shown: Version | null = null): void {
  era.abort();
  era = new AbortController();
  clearTimeout(retryAt);
  pause = SHORTEST_PAUSE_MS;
  unanswered = null;
  regionSeen = shown && there ? there.region : null;
  batch(() => {
    head.value = there;
    version.value = shown;
    labelFaults.value = new Map();
    following.value = { state: "waiting" };
    isTakenOver.value = false;
  });
}

/** Look at once, also where nothing has changed: the server may be back. */
export function follow(): void {
  isWanted = true;
  clearTimeout(retryAt);
  if (isRunning) return;
  isRunning = true;
  line = line.then(run);
}

/**
 * Make the project like an older version of its adaptation; one edit, which can be undone.
 *
 * @throws Problem
 */
export function returnTo(number: number): Promise<void> {
  const returned = line.then(async () => {
    const base = head.value;
    const { signal } = era;
    if (!base) return;
    await restore(base.adaptation, number);
    if (!signal.aborted) await mergeWith(base, signal);
  });
  line = returned.catch(() => undefined);
  return returned;
}

async function run(): Promise<void> {
  try {
    while (isWanted) {
      isWanted = false;
      await once(project.value);
    }
  } catch (error) {
    // Nothing that is known to happen: the page says so (`shell/failures.ts`), and goes on with the next change.
    following.value = { state: "waiting" };
    reportError(error);
  } finally {
    isRunning = false;
  }
}

async function once(wanted: Project): Promise<void> {
  let faults = standing(labelFaults.value, wanted.labels);
  if (regionKey(wanted) !== regionSeen) {
    regionSeen = regionKey(wanted);
    version.value = null; // of another region
    faults = new Map();
  }
  if (mayHelp(wanted, faults)) faults = new Map();
  for (let attempts = 0; attempts < MOST_ATTEMPTS; attempts++) {
    const labels = wanted.labels.filter((label) => !faults.has(label.id));
    if (faults.size > 0 || labelFaults.value.size > 0) labelFaults.value = new Map(faults);
    if (!wanted.region || new Set(labels.map((label) => label.classId)).size < 2) {
      following.value = { state: "waiting" };
      version.value = null;
      return;
    }
    const outcome = await attempt(wanted, labels);
    if (outcome === "done") return;
    if (outcome === "again") continue;
    for (const [id, fault] of outcome) faults.set(id, fault);
  }
}

/** Two labels of one pixel are a fault of the later one only as long as the earlier one is as it is. */
function mayHelp(wanted: Project, faults: LabelFaults): boolean {
  const base = headOf(wanted);
  if (faults.size === 0 || !base) return false;
  const others = wanted.labels.filter((label) => !faults.has(label.id));
  return difference(base, wanted, others)?.corrections.operations.some(({ op }) => op !== "add") ?? false;
}

type Outcome = "done" | "again" | ReadonlyMap<string, LabelFault>;

async function attempt(wanted: Project, labels: readonly Label[]): Promise<Outcome> {
  const { signal } = era;
  const base = headOf(wanted);
  const change = base && difference(base, wanted, labels);
  if (base && !change && version.value?.id === base.adaptation && version.value.version === base.version) {
    following.value = { state: "current" };
    return "done";
  }
  // Who was told that the server is away is told when it is back, and not at each attempt.
  if (following.value.state !== "offline") following.value = { state: "working", since: performance.now() };
  try {
    if (base && !change) {
      const shown = await versionOf(base.adaptation, base.version);
      if (!signal.aborted) arrived(base, shown);
      return "done";
    }
    const answer =
      base && change
        ? await correct(base.adaptation, change.corrections, signal)
        : await adaptTo(requestOf(wanted, labels), signal);
    if (signal.aborted) return "done";
    const leftOut = labelsAtFault(answer.left_out, wanted, labels, base);
    const taken = labels.filter((label) => !leftOut.has(label.id));
    const next = { adaptation: answer.id, version: answer.version, ...(base ? { known: base.known } : {}) };
    batch(() => {
      if (leftOut.size > 0) labelFaults.value = new Map([...labelFaults.value, ...leftOut]);
      arrived(headAfter(next, wanted, taken, answer.changed_labels.added), answer);
    });
    return "done";
  } catch (thrown) {
    if (signal.aborted) return "done";
    const problem = problemOf(thrown);
    const faults = problem.status === 422 ? labelsAtFault(problem.faults, wanted, labels, base) : new Map();
    if ([...faults.keys()].some((id) => labels.some((label) => label.id === id))) return faults;
    if (problem.status === 0) unanswered = base && { ...wanted, labels };
    return await recovered(problem, base, signal);
  }
}

function arrived(there: Head, shown: Version): void {
  unanswered = null;
  pause = SHORTEST_PAUSE_MS;
  batch(() => {
    head.value = there;
    version.value = shown;
    following.value = { state: "current" };
  });
}

function labelsAtFault(
  faults: readonly Fault[],
  wanted: Project,
  labels: readonly Label[],
  base: Head | null,
): Map<string, LabelFault> {
  const change = base && difference(base, wanted, labels);
  const byId = new Map(wanted.labels.map((label) => [label.id, label]));
  const sent = change ? change.labels.map((id) => byId.get(id) ?? null) : labels;
  const known = new Map<number, Label>();
  for (const [id, { server }] of base?.known ?? []) {
    const label = byId.get(id);
    if (label) known.set(server, label);
  }
  return faultsOf(faults, sent, known);
}

/** What can be done about a refusal that is about no label. */
async function recovered(problem: Problem, base: Head | null, signal: AbortSignal): Promise<Outcome> {
  if (base && (problem.status === 404 || problem.code === "outdated-adaptation")) {
    head.value = null; // it was forgotten there, or its imagery has changed: adapt anew
    return "again";
  }
  const isApart =
    problem.code === "version-conflict" || problem.faults.some((f) => isAboutUnknownLabel(f.where));
  if (base && isApart) {
    try {
      if (await mergeWith(base, signal)) isTakenOver.value = true;
      isWanted = true;
      return "done";
    } catch (thrown) {
      if (signal.aborted) return "done";
      return recovered(problemOf(thrown), base, signal);
    }
  }
  if (problem.isPassing) {
    following.value = { state: "offline", problem };
    const asked = Math.min((problem.retryAfter ?? 0) * 1000, LONGEST_ASKED_PAUSE_MS);
    retryAt = setTimeout(follow, asked || pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    return "done";
  }
  following.value = { state: "refused", problem };
  return "done";
}

/** Take over what the server has now; whether anything of it was new here. */
async function mergeWith(base: Head, signal: AbortSignal): Promise<boolean> {
  const current = await versionOf(base.adaptation);
  const { features } = await labelsOf(base.adaptation, current.version);
  if (signal.aborted) return false;
  const before = project.value;
  const theirs = { version: current.version, legend: current.legend, features };
  const both = merged(base, before, theirs, unanswered);
  batch(() => {
    arrived(both.head, current);
    edit(() => both.project);
  });
  return both.project !== before;
}

function headOf(wanted: Project): Head | null {
  return head.value?.region === regionKey(wanted) ? head.value : null;
}
