import { signal } from "@preact/signals";

/** The hints in their order; each points at what has `data-tour` of its name, or the map. Their words are `shell.tour.<name>`. */
export const HINTS = ["steps", "map", "label", "undo", "take"] as const;
export type Hint = (typeof HINTS)[number];

export type Touring = { readonly at: Hint | "welcome"; readonly isByHand: boolean };

/** The hint that is shown; null: none. */
export const touring = signal<Touring | null>(null);

const SEEN = { tour: "landshot.toured", welcome: "landshot.welcomed" } as const;

// Read when the page is loaded: its address is another one as soon as there is a project.
const isDemo = new URLSearchParams(location.search).has("demo");

/** On the first visit; who comes to see the demonstration is told what it is instead. */
export function greet(): void {
  const seen = localStorage.getItem(isDemo ? SEEN.welcome : SEEN.tour);
  if (!seen) touring.value = { at: isDemo ? "welcome" : "steps", isByHand: false };
}

export function startTour(isByHand: boolean): void {
  touring.value = { at: "steps", isByHand };
}

/** One hint on, or back (-1); behind the last one is the end. */
export function goOn(by: 1 | -1): void {
  const now = touring.value;
  if (!now || now.at === "welcome") return;
  const next = HINTS[HINTS.indexOf(now.at) + by];
  if (next) touring.value = { ...now, at: next };
  else if (by > 0) endTour();
}

/** Not to be shown again unless it is asked for; who has been welcomed knows where the hints are. */
export function endTour(): void {
  localStorage.setItem(SEEN.tour, "yes");
  if (touring.value?.at === "welcome") localStorage.setItem(SEEN.welcome, "yes");
  touring.value = null;
}
