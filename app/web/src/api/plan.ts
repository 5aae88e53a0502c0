import type { Label, Project } from "../project/project";
import { regionFields, requestOf } from "./adaptations";
import { askJson } from "./client";
import { type Fault, Problem } from "./problem";
import type { AdaptRequest } from "./types";

/** What POST /adapt/plan says: what a map would be made from, and what stands in its way. */
export interface Plan {
  readonly imagery: string;
  readonly feasible: boolean;
  readonly refusals: readonly {
    readonly type: string;
    readonly title: string;
    readonly detail: string;
    readonly errors?: readonly Fault[];
  }[];
  readonly notes: readonly string[];
  readonly region: {
    readonly area_km2: number;
    readonly crs: string;
    readonly resolution: readonly [number, number];
    readonly height: number;
    readonly width: number;
    readonly pixels: number;
    /** Share of the region that the imagery covers. */
    readonly covered: number;
  } | null;
  readonly labelled_pixels: Readonly<Record<string, number>> | null;
  /** Of catalogues only. */
  readonly scenes: Scenes | null;
  readonly cost: { readonly seconds: number } | null;
}

export interface Scenes {
  readonly found: number;
  readonly usable: number;
  readonly used: number;
  readonly steps: readonly {
    readonly start: string;
    readonly end: string;
    readonly clear_share: number;
    readonly days: number;
    readonly scenes: readonly string[];
  }[];
  readonly steps_without_imagery: readonly (readonly [string, string])[];
  readonly left_out: readonly {
    readonly id: string;
    readonly datetime: string | null;
    readonly reason: string;
  }[];
}

/** A class more is needed before labels say anything about a map; without them the region alone is planned. */
export function planRequest(project: Project, labels: readonly Label[]): AdaptRequest {
  const hasClasses = new Set(labels.map((label) => label.classId)).size >= 2;
  if (hasClasses) return requestOf(project, labels);
  if (!project.region) throw new Error("a plan needs a region");
  return regionFields(project.region);
}

export const planFor = (request: AdaptRequest, signal: AbortSignal): Promise<Plan> =>
  askJson("adapt/plan", { json: request, signal });

/** The fields of the page that a refusal may be about. */
export const PLACES = ["imagery", "bbox", "start", "end", "steps"] as const;
export type Place = (typeof PLACES)[number];

export interface Refusals {
  /** What is wrong with a field, beside which it is shown. */
  readonly at: Readonly<Partial<Record<Place, string>>>;
  /** What is about no field, or about labels. */
  readonly others: readonly Problem[];
}

const NOWHERE: Refusals = { at: {}, others: [] };

/** Problems whose kind alone tells the field, where the server names none. */
const BY_KIND: Readonly<Record<string, Place>> = {
  "invalid-region": "bbox",
  "outside-imagery": "bbox",
  "region-too-large": "bbox",
  "invalid-period": "end",
};

export function refusalsOf(plan: Plan | null, problem: Problem | null): Refusals {
  const problems = problem ? [problem] : (plan?.refusals ?? []).map(refusalOf);
  return problems.reduce(withRefusal, NOWHERE);
}

function refusalOf({ type, title, detail, errors }: Plan["refusals"][number]): Problem {
  const code = type.split("/").pop() ?? "";
  return new Problem({ status: 422, code, title, detail, faults: errors ?? [] });
}

function withRefusal({ at, others }: Refusals, problem: Problem): Refusals {
  const named = problem.faults.flatMap(({ where, reason }) => {
    const place = placeOf(where);
    return place ? [[place, reason] as const] : [];
  });
  if (named.length > 0 && named.length === problem.faults.length) {
    return { at: { ...at, ...Object.fromEntries(named) }, others };
  }
  const [, start, rest] = /^(\w+): (.*)$/s.exec(problem.detail) ?? [];
  const place = placeOf(start ?? "") ?? BY_KIND[problem.code];
  if (!place || problem.faults.length > 0) return { at, others: [...others, problem] };
  const reason = placeOf(start ?? "") ? (rest ?? "") : problem.detail;
  const known = at[place];
  return { at: { ...at, [place]: known ? `${known} ${reason}` : reason }, others };
}

function placeOf(where: string): Place | undefined {
  const field = where.split(/[[.]/)[0];
  return PLACES.find((place) => place === field);
}
