import { jobEvents, jobOf } from "../api/jobs";
import { problemOf } from "../api/problem";
import type { JobStatus } from "../api/types";
import { EventReader } from "./events";

/** Who is told of a job while it is watched. */
export interface Watcher {
  /** It is like this now. */
  status(status: JobStatus): void;
  /** Whether the server can be reached at the moment; it is tried again until it can. */
  contact(isThere: boolean): void;
  /** The server knows of no such job. */
  missing(): void;
}

const SHORTEST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/** The server says something every 15 s: a stream that is silent for longer is dead, or kept back by a proxy. */
const LONGEST_SILENCE_MS = 35_000;
const POLLING_MS = 2000;

export const hasEnded = (status: JobStatus): boolean => !["accepted", "running"].includes(status.status);

/**
 * Tell of a job until it has ended, or `signal` aborts.
 *
 * Listens to its events; where they do not come through, it is asked for again and again. A connection that breaks is
 * passing: servers restart, and jobs go on.
 */
export async function watchJob(id: string, watcher: Watcher, signal: AbortSignal): Promise<void> {
  const ear = new Ear(id);
  let isOver = false;
  let pause = SHORTEST_PAUSE_MS;
  const tell = (status: JobStatus): void => {
    pause = SHORTEST_PAUSE_MS;
    isOver = hasEnded(status);
    watcher.contact(true);
    watcher.status(status);
  };
  for (;;) {
    const wasHeard = await ear.listen(tell, signal);
    if (isOver || signal.aborted) return;
    try {
      tell(await jobOf(id, signal));
      if (!isOver) await wait(wasHeard ? SHORTEST_PAUSE_MS : POLLING_MS, signal);
    } catch (thrown) {
      if (signal.aborted) return;
      if (problemOf(thrown).status === 404) return watcher.missing();
      watcher.contact(false);
      await wait(pause, signal);
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
    if (isOver || signal.aborted) return;
  }
}

/** Listens to the events of one job, as far as there is anything to hear. */
class Ear {
  private last = "";
  private isUseful = true;

  constructor(private readonly id: string) {}

  /** Until the stream ends or breaks; whether it was one. Whatever is wrong with it, the job itself can be asked for. */
  async listen(tell: (status: JobStatus) => void, signal: AbortSignal): Promise<boolean> {
    if (!this.isUseful) return false;
    const silence = new AbortController();
    const end = (): void => silence.abort();
    let timer = setTimeout(end, LONGEST_SILENCE_MS);
    signal.addEventListener("abort", end);
    let hasSpoken = false;
    try {
      const response = await jobEvents(this.id, this.last, silence.signal);
      const reader = response.body?.getReader();
      if (!reader || response.status === 204) return true;
      const events = new EventReader();
      const decoder = new TextDecoder();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return true;
        hasSpoken = true;
        clearTimeout(timer);
        timer = setTimeout(end, LONGEST_SILENCE_MS);
        for (const event of events.read(decoder.decode(value, { stream: true }))) {
          this.last = event.id;
          if (event.name === "status") tell(JSON.parse(event.data) as JobStatus);
        }
      }
    } catch {
      if (silence.signal.aborted && !signal.aborted) this.isUseful = hasSpoken;
      return hasSpoken;
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
    }
  }
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}
