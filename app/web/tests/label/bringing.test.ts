import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { wantedBox } from "../../src/map/view";
import { bring, bringing } from "../../src/panels/label/bringing";
import { EMPTY } from "../../src/project/project";
import { canUndo, edit, imageries, open, project, server, step, undo } from "../../src/state";

const collection = (...places: [number, number, string][]) => ({
  type: "FeatureCollection",
  features: places.map(([lon, lat, name]) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [lon, lat] },
    properties: { class: name },
  })),
});

/** What the server answers to a file, by its name. */
let answers: Record<string, { status?: number; json: unknown }> = {};

const file = (name: string) => ({ name, content: new Blob(["x"]) });

beforeEach(() => {
  answers = {};
  vi.stubGlobal("fetch", (address: string) => {
    const { pathname, searchParams } = new URL(address);
    const found = pathname.endsWith("/legends")
      ? { json: { legends: [], palette: ["#E69F00", "#56B4E9"] } }
      : answers[searchParams.get("name") ?? ""];
    return Promise.resolve(new Response(JSON.stringify(found?.json), { status: found?.status ?? 200 }));
  });
  imageries.value = [
    { name: "here", kind: "file", sensor: null, bbox: [0, 0, 2, 2] },
    { name: "there", kind: "file", sensor: null, bbox: [10, 10, 12, 12] },
  ];
  server.value = {
    version: "",
    keys_required: false,
    demo: false,
    backdrop: null,
    limits: { max_labels: 4, max_classes: 3, max_pixels: 1, answer_at_once_pixels: 1 },
  };
  open(EMPTY);
  step.value = "where";
  bringing.value = null;
});

afterEach(() => vi.unstubAllGlobals());

describe("labels that are brought", () => {
  test("are added with their classes, and the imagery that they lie in, in one step", async () => {
    const faults = [{ label: "labels[2]", reason: "line 4: no longitude" }];
    answers = {
      "a.csv": { json: { labels: collection([1, 1, "water"], [1.5, 1, "crops"]), faults, unusable: 1 } },
    };
    await bring([file("a.csv")]);
    expect(project.value.labels).toHaveLength(2);
    expect(project.value.region?.imagery).toBe("here");
    expect(bringing.value).toMatchObject({
      state: "done",
      labels: 2,
      classes: 2,
      unreadable: 1,
      faults: [{ where: "labels[2]", reason: "line 4: no longitude" }],
      chosen: "here",
      outside: null,
    });
    expect(wantedBox.value).toEqual([1, 1, 1.5, 1]);
    expect(step.value).toBe("label");
    undo();
    expect(project.value).toEqual(EMPTY);
    expect(canUndo.value).toBe(false);
  });

  test("of several files come together", async () => {
    const fault = { label: "labels[0]", reason: "no class" };
    answers = {
      "a.csv": { json: { labels: collection([1, 1, "water"]), faults: [fault], unusable: 1 } },
      "b.csv": { json: { labels: collection([1, 1.5, "Water"]), faults: [fault], unusable: 1 } },
    };
    await bring([file("a.csv"), file("b.csv")]);
    expect(project.value.classes).toHaveLength(1);
    expect(bringing.value).toMatchObject({
      labels: 2,
      unreadable: 2,
      faults: [{ where: "a.csv: labels[0]" }, { where: "b.csv: labels[0]" }],
    });
    undo();
    expect(project.value.labels).toHaveLength(0);
  });

  test("leave the choice of imagery to the user where they fit several", async () => {
    answers = {
      "a.csv": { json: { labels: collection([1, 1, "a"], [11, 11, "b"]), faults: [], unusable: 0 } },
    };
    await bring([file("a.csv")]);
    expect(project.value.region).toBeNull();
  });

  test("that lie nowhere in what is mapped are said to", async () => {
    edit((before) => ({
      ...before,
      region: { imagery: "there", bbox: null, start: null, end: null, steps: null },
    }));
    answers = { "a.csv": { json: { labels: collection([1, 1, "a"]), faults: [], unusable: 0 } } };
    await bring([file("a.csv")]);
    expect(bringing.value).toMatchObject({ chosen: null, outside: "there" });
  });

  test("of which one file cannot be read are all kept out, with the server's reason", async () => {
    const problem = {
      type: "/problems/invalid-labels",
      title: "The labels cannot be used",
      detail: "no column lon",
    };
    answers = {
      "a.csv": { json: { labels: collection([1, 1, "a"]), faults: [], unusable: 0 } },
      "b.csv": { status: 422, json: problem },
    };
    await bring([file("a.csv"), file("b.csv")]);
    expect(project.value).toEqual(EMPTY);
    expect(bringing.value).toMatchObject({
      state: "refused",
      title: "b.csv",
      problem: { code: "invalid-labels", detail: "no column lon" },
    });
  });

  test("cannot be in a folder, which is no reason to think that the server is away", async () => {
    const folder = { name: "folder", content: { slice: () => folder.content } as unknown as Blob };
    await bring([folder]);
    expect(bringing.value).toMatchObject({ state: "refused", problem: { code: "unreadable-file" } });
  });

  test("are kept out where they are too many", async () => {
    const places = [1, 2, 3, 4, 5].map((n): [number, number, string] => [n, 0, "a"]);
    answers = { "a.csv": { json: { labels: collection(...places), faults: [], unusable: 0 } } };
    await bring([file("a.csv")]);
    expect(project.value).toEqual(EMPTY);
    expect(bringing.value).toEqual({ state: "tooMany", brought: { tooMany: "labels", count: 5, most: 4 } });
  });
});
