import { effect, signal } from "@preact/signals";
import { versionOf } from "../api/adaptations";
import { apiKey } from "../api/client";
import type { JobStatus, Version } from "../api/types";
import { version } from "../follow/follow";
import { hasEnded, watchJob } from "./watching";

/** The job that makes the full map, by its name; in the page's address, so that it can be left and come back to. */
export const job = signal<string | null>(null);

/** What was last heard of it; null: nothing yet. */
export const jobStatus = signal<JobStatus | null>(null);

/** Whether the server cannot be reached: the job goes on, or will, and so does watching it. */
export const isOutOfTouch = signal(false);

/** Whether the server knows of no such job: it was forgotten, or is somebody else's. */
export const isForgotten = signal(false);

/** The map of the version that is shown; null where there is none yet. */
export const mapShown = signal<string | null>(null);

/** Watch the job, and find the map of what is shown, from now on. */
export function startJobs(): () => void {
  const ends = [effect(watch), effect(findMap)];
  return () => {
    for (const end of ends) end();
  };
}

/** Watch this job in place of another one. */
export function takeUp(status: JobStatus): void {
  jobStatus.value = status;
  job.value = status.jobID;
}

function watch(): (() => void) | undefined {
  const id = job.value;
  apiKey.value; // with another key, it may be there
  const known = jobStatus.peek();
  isOutOfTouch.value = false;
  isForgotten.value = false;
  if (known?.jobID !== id) jobStatus.value = null;
  if (!id || (known?.jobID === id && hasEnded(known))) return undefined;
  const ending = new AbortController();
  const watcher = {
    status: (status: JobStatus) => {
      jobStatus.value = status;
    },
    contact: (isThere: boolean) => {
      isOutOfTouch.value = !isThere;
    },
    missing: () => {
      isForgotten.value = true;
      jobStatus.value = null;
    },
  };
  void watchJob(id, watcher, ending.signal);
  return () => ending.abort();
}

function findMap(): (() => void) | undefined {
  const shown = version.value;
  const made = jobStatus.value?.status === "successful" ? jobStatus.value : null;
  const map = shown && (mapOf(shown) ?? (made && mapMade(made, shown)));
  mapShown.value = map;
  if (!shown || map || !made) return undefined;
  // The same map may have been made for another adaptation: only the server can tell.
  let isOver = false;
  versionOf(shown.id, shown.version).then(
    (now) => {
      if (!isOver) mapShown.value = mapOf(now);
    },
    () => undefined, // it then counts as the map of other labels, and can be made again
  );
  return () => {
    isOver = true;
  };
}

/** The map of a version, as its links have it. */
export function mapOf(of: Version): string | null {
  const href = of.links.find((link) => link.rel === "map")?.href;
  return /\/maps\/([0-9a-f]{32})$/.exec(href ?? "")?.[1] ?? null;
}

function mapMade(status: JobStatus, shown: Version): string | null {
  const of = status["landshot:adaptation"];
  return of?.id === shown.id && of.version === shown.version ? (status["landshot:map"] ?? null) : null;
}
