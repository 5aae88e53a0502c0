import { afterEach, beforeEach, vi } from "vitest";
import { followAnother, following, startFollowing } from "../../src/follow/follow";
import { withLabels } from "../../src/project/edits";
import { EMPTY, type Label, type Project } from "../../src/project/project";
import { edit, open, project } from "../../src/state";
import { FakeServer } from "./server";

/** A project with a label of each of two classes, a page that follows it, and the server that it talks to. */

export const REGION = { imagery: "scene", bbox: null, start: null, end: null, steps: null };
export const CLASSES = [
  { id: "w", value: 1, name: "water", color: "#0000FF" },
  { id: "f", value: 2, name: "forest", color: "#006400" },
];

export function point(classId: string, lon: number, lat = 50): Omit<Label, "id"> {
  return { classId, geometry: { type: "Point", coordinates: [lon, lat] } };
}

export function begun(): Project {
  return withLabels({ region: REGION, classes: CLASSES, labels: [] }, [point("w", 1), point("f", 2)]);
}

export const add = (classId: string, lon: number): void =>
  edit((now) => withLabels(now, [point(classId, lon)]));
export const idAt = (lon: number): string =>
  project.value.labels.find((label) => label.geometry.coordinates[0] === lon)?.id ?? "none";
export const state = (): string => following.value.state;

/** Until there is nothing left to do, with all pauses taken. */
export const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 60; turn++) await vi.advanceTimersByTimeAsync(1000);
};

export let server: FakeServer;
let stop: () => void;

/** Of a file of tests. */
export function anewForEach(): void {
  beforeEach(() => {
    vi.useFakeTimers();
    server = new FakeServer();
    followAnother(null);
    open(EMPTY);
    stop = startFollowing();
  });

  afterEach(async () => {
    stop();
    followAnother(null);
    open(EMPTY);
    await settled();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });
}
