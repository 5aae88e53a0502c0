import { signal } from "@preact/signals";

/** Said to screen readers, and shown for a while where it is something that has to be known to go on. */
export interface Announcement {
  readonly text: string;
  readonly isShown: boolean;
  /** Which one it is, so that the same words twice are said twice. */
  readonly number: number;
}

export const announcement = signal<Announcement | null>(null);

let number = 0;
let fading: ReturnType<typeof setTimeout> | undefined;

/** Say what was done. */
export function announce(text: string): void {
  tell(text, false);
}

/** Say what happened by itself; what still has to be read is not taken away for it. */
export function mention(text: string): void {
  if (!announcement.peek()?.isShown) tell(text, false);
}

/** Say why nothing was done, and what would do; on the screen as well. */
export function advise(text: string): void {
  tell(text, true);
}

const SHOWN_MS = 6000;

function tell(text: string, isShown: boolean): void {
  clearTimeout(fading);
  announcement.value = { text, isShown, number: ++number };
  fading = setTimeout(() => {
    announcement.value = null;
  }, SHOWN_MS);
}
