import { effect, signal, untracked } from "@preact/signals";
import { type Pixel, pixelOf } from "../../api/pixel";
import { Problem, problemOf } from "../../api/problem";
import type { Version } from "../../api/types";
import { version } from "../../follow/follow";
import { percent, t } from "../../i18n/i18n";
import type { LonLat } from "../../project/project";
import { project } from "../../state";
import { announce } from "../announce";
import { asked, shownVersion } from "../view";

/** What is known of the pixel that was asked about. */
export type Answer =
  /** There is no map yet that could know of it. */
  | { readonly state: "early" }
  | { readonly state: "asking" }
  | { readonly state: "known"; readonly pixel: Pixel }
  | { readonly state: "outside" }
  | { readonly state: "refused"; readonly problem: Problem };

export const answer = signal<Answer>({ state: "early" });

/** Seconds until the next try while the server is away. */
const PAUSE_S = 3;

/** Goes up with each try. */
const tries = signal(0);

export function askAgain(): void {
  tries.value++;
}

/**
 * Ask about each pixel and each version, until the function that is given back is called. A pixel of one region is
 * nothing to another.
 */
export function startAsking(): () => void {
  let place: LonLat | null = null;
  let region = untracked(() => project.value.region);
  const endRegion = effect(() => {
    if (project.value.region === region) return;
    region = project.value.region;
    asked.value = null;
  });
  const endAsking = effect(() => {
    const wanted = asked.value;
    const of = shownVersion.value ?? version.value;
    tries.value;
    if (!wanted || !of) {
      place = null;
      answer.value = { state: "early" };
      return;
    }
    // Of the same place in a new version, or in another try, the old answer is shown until there is the new one.
    const isSame = place === wanted && untracked(() => answer.value.state !== "early");
    place = wanted;
    if (!isSame) answer.value = { state: "asking" };
    const abort = new AbortController();
    void ask(of, wanted, abort.signal);
    return () => abort.abort();
  });
  return () => {
    endRegion();
    endAsking();
  };
}

async function ask(of: Version, place: LonLat, signal: AbortSignal): Promise<void> {
  try {
    const pixel = await pixelOf(of.id, of.version, place, signal);
    if (signal.aborted) return;
    const isNew = answer.value.state !== "known";
    answer.value = { state: "known", pixel };
    if (isNew) announce(summary(pixel));
  } catch (error) {
    if (signal.aborted) return;
    const problem = error instanceof Problem ? error : problemOf(error);
    answer.value = isOutside(problem) ? { state: "outside" } : { state: "refused", problem };
    if (!problem.isPassing) return;
    const retry = setTimeout(askAgain, 1000 * (problem.retryAfter ?? PAUSE_S));
    signal.addEventListener("abort", () => clearTimeout(retry));
  }
}

function summary({ observed, classes }: Pixel): string {
  const first = classes[0];
  if (!observed || !first) return t("map.pixel.nodata");
  return t("map.said.pixel", { name: first.title, share: percent(first.probability) });
}

/** The server says which parameters a refusal is about. */
export function isOutside(problem: Problem): boolean {
  return problem.status === 422 && problem.faults.some((fault) => fault.where === "lon, lat");
}
