import { signal } from "@preact/signals";

/** How long the map takes to follow: from the click that makes a label to the tiles that show what it did. */

/** The mark of an edit, at the moment of the click. */
export const EDITED = "landshot:edited";

/** From a label to the tiles that follow it: `performance.getEntriesByName(FOLLOWED)`, milliseconds. */
export const FOLLOWED = "landshot:followed";

/** Milliseconds that the last edit took until all of the map showed it. */
export const followedIn = signal<number | null>(null);

/** An edit begins now; one before it that is still under way is measured no more. */
export function markEdit(): void {
  performance.clearMarks(EDITED);
  performance.mark(EDITED);
}

/** The map shows everything; whether that is new. */
export function markFollowed(): boolean {
  if (performance.getEntriesByName(EDITED).length === 0) return false;
  followedIn.value = performance.measure(FOLLOWED, EDITED).duration;
  performance.clearMarks(EDITED);
  return true;
}
