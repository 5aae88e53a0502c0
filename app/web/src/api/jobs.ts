import { ask, askJson, query } from "./client";
import type { JobStatus } from "./types";

/**
 * Begin the map of a version; always a job, so that it has a progress, can be cancelled and come back to.
 *
 * @param key the same for a request that is sent again because its answer was lost: no second job is begun then.
 */
export const beginMap = (adaptation: string, version: number, key: string): Promise<JobStatus> =>
  askJson(`adaptations/${adaptation}/map${query({ version })}`, {
    method: "POST",
    headers: {
      prefer: "respond-async",
      accept: "application/geo+json",
      "idempotency-key": `${adaptation}-${version}-${key}`,
    },
  });

export const jobOf = (id: string, signal: AbortSignal): Promise<JobStatus> =>
  askJson(`jobs/${id}`, { signal });

/** Cancels a job that has not ended; one that has is forgotten, and its map stays. */
export const dismissJob = (id: string): Promise<JobStatus> => askJson(`jobs/${id}`, { method: "DELETE" });

/**
 * The stream of a job's changes; 204 where it has ended and `last` says so.
 *
 * Fetched, because an EventSource sends no key.
 *
 * @param last the id of the last event that is known; empty: none.
 */
export const jobEvents = (id: string, last: string, signal: AbortSignal): Promise<Response> =>
  ask(`jobs/${id}/events`, {
    headers: { accept: "text/event-stream", ...(last ? { "last-event-id": last } : {}) },
    signal,
  });
