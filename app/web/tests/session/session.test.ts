import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { follow, followAnother, following, head, startFollowing, version } from "../../src/follow/follow";
import { job } from "../../src/jobs/job";
import { layer, opacity, swipe, view } from "../../src/map/view";
import { parsePlace } from "../../src/project/address";
import { withLabels, withoutLabels } from "../../src/project/edits";
import { EMPTY, type Project } from "../../src/project/project";
import { load } from "../../src/project/saving";
import { begin, isMissing, isUnkept, resume, startKeeping } from "../../src/session";
import { canUndo, edit, open, project, step } from "../../src/state";
import { FakeServer, problem } from "../follow/server";

const REGION = { imagery: "scene", bbox: [1, 2, 3, 4], start: null, end: null, steps: null } as const;
const CLASSES = [
  { id: "w", value: 80, name: "water", color: "#0064C8" },
  { id: "f", value: 10, name: "forest", color: "#006400" },
];

function labelled(...places: readonly [string, number][]): Project {
  const labels = places.map(([classId, lon]) => ({
    classId,
    geometry: { type: "Point" as const, coordinates: [lon, 3] as const },
  }));
  return withLabels({ region: REGION, classes: CLASSES, labels: [] }, labels);
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 30; turn++) await vi.advanceTimersByTimeAsync(1000);
};
const here = () => parsePlace(location.hash);
const places = (): number[] => project.value.labels.map((label) => Number(label.geometry.coordinates[0]));

let server: FakeServer;
let ends: (() => void)[];

/** The page is loaded, as main.tsx does it. */
async function loaded(hash: string): Promise<void> {
  await resume(hash);
  ends = [startKeeping(), startFollowing()];
}

/** All that a page forgets when it is left. */
function left(): void {
  for (const end of ends.splice(0)) end();
  followAnother(null);
  open(EMPTY);
  job.value = null;
  step.value = "where";
  view.value = null;
}

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
  history.replaceState(null, "", "/");
  server = new FakeServer();
  ends = [];
});

afterEach(async () => {
  left();
  await settled();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a page that is loaded again", () => {
  it("goes on with its project, its adaptation and its job", async () => {
    await loaded("");
    open(labelled(["w", 1], ["f", 2]));
    await settled();
    job.value = "0123456789abcdef";
    step.value = "take";
    view.value = [12, 3, 2];
    layer.value = "confidence";
    opacity.value = 35;
    swipe.value = 20;
    await settled();
    const { hash } = location;
    const before = project.value;
    left();
    layer.value = "classes";
    await loaded(hash);
    await settled();
    expect(project.value).toEqual(before);
    expect([job.value, step.value, view.value]).toEqual(["0123456789abcdef", "take", [12, 3, 2]]);
    expect([layer.value, opacity.value, swipe.value]).toEqual(["confidence", 35, 20]);
    expect(version.value?.version).toBe(1);
    expect(server.versions()).toHaveLength(1);
    expect(canUndo.value).toBe(false);
  });

  it("has what was done a moment before it was left", async () => {
    await loaded("");
    open(labelled(["w", 1], ["f", 2]));
    await settled();
    const { hash } = location;
    edit((now) => withLabels(now, [{ classId: "w", geometry: { type: "Point", coordinates: [2.5, 3] } }]));
    dispatchEvent(new Event("pagehide"));
    left();
    await loaded(hash);
    expect(places()).toEqual([1, 2, 2.5]);
    await settled();
    expect(server.labels()).toHaveLength(3);
  });

  it("sends what was done while the server was away", async () => {
    await loaded("");
    open(labelled(["w", 1], ["f", 2]));
    await settled();
    server.before = () => "lost";
    edit((now) => withLabels(now, [{ classId: "w", geometry: { type: "Point", coordinates: [2.5, 3] } }]));
    edit((now) => withoutLabels(now, new Set([now.labels[0]?.id ?? ""])));
    await settled();
    expect(following.value.state).toBe("offline");
    const { hash } = location;
    left();
    await loaded(hash);
    server.before = () => undefined;
    follow();
    await settled();
    expect(server.labels()).toEqual(["forest 2,3", "water 2.5,3"]);
    expect(server.adaptations.size).toBe(1);
  });
});

describe("an address in another browser", () => {
  const shared = async (): Promise<string> => {
    await loaded("");
    open(labelled(["w", 1], ["f", 2]));
    await settled();
    const { hash } = location;
    left();
    localStorage.clear();
    return hash;
  };

  it("opens the adaptation with its labels", async () => {
    await loaded(await shared());
    await settled();
    expect(project.value.region).toEqual(REGION);
    expect(project.value.classes.map((entry) => entry.name)).toEqual(["water", "forest"]);
    expect(places()).toEqual([1, 2]);
    expect(version.value?.version).toBe(1);
    expect(server.requests.filter((request) => request.startsWith("POST"))).toHaveLength(1);
  });

  it("opens the place where the server does not have it, and says so", async () => {
    const hash = await shared();
    server.adaptations.clear();
    await loaded(hash);
    expect(isMissing.value).toBe(true);
    expect(project.value).toEqual({ region: REGION, classes: [], labels: [] });
    expect(head.value).toBeNull();
  });

  it("opens nothing while the server is away: it is tried again", async () => {
    const hash = await shared();
    server.before = () => "lost";
    await expect(resume(hash)).rejects.toMatchObject({ code: "offline" });
    server.before = () => problem(503, "busy");
    await expect(resume(hash)).rejects.toMatchObject({ code: "busy" });
  });

  it("opens an empty page where it says nothing", async () => {
    await loaded("#nonsense");
    expect(project.value).toEqual(EMPTY);
  });
});

describe("another project", () => {
  it("leaves the one before as it was", async () => {
    await loaded("");
    open(labelled(["w", 1], ["f", 2]));
    await settled();
    const first = here().project ?? "";
    edit((now) => withLabels(now, [{ classId: "w", geometry: { type: "Point", coordinates: [2.5, 3] } }]));
    job.value = "0123456789abcdef";
    begin(labelled(["w", 7], ["f", 8]));
    await settled();
    expect(here().project).not.toBe(first);
    expect(job.value).toBeNull();
    expect(load(first)?.project.labels.map((label) => label.geometry.coordinates[0])).toEqual([1, 2, 2.5]);
    expect(server.adaptations.size).toBe(2);
    expect(server.labels("a1").length).toBeLessThan(4);
    expect(server.labels("a2")).toEqual(["forest 8,3", "water 7,3"]);
    await resume(`#p=${first}`);
    await settled();
    expect(server.labels("a1")).toEqual(["forest 2,3", "water 1,3", "water 2.5,3"]);
    expect(server.labels("a2")).toEqual(["forest 8,3", "water 7,3"]);
  });
});

describe("a browser without room", () => {
  it("is told of", async () => {
    await loaded("");
    const setItem = (): never => {
      throw new DOMException("full", "QuotaExceededError");
    };
    const fetch = globalThis.fetch;
    vi.stubGlobal("localStorage", { length: 0, getItem: () => null, key: () => null, setItem });
    open(labelled(["w", 1], ["f", 2]));
    await settled();
    expect(isUnkept.value).toBe(true);
    vi.unstubAllGlobals();
    vi.stubGlobal("fetch", fetch);
    edit((now) => withLabels(now, [{ classId: "w", geometry: { type: "Point", coordinates: [2.5, 3] } }]));
    await settled();
    expect(isUnkept.value).toBe(false);
  });
});
