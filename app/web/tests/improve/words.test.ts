import { describe, expect, it } from "vitest";
import type { Head } from "../../src/follow/operations";
import { deedsOf } from "../../src/panels/improve/history";
import { middleOf, suspectsOf } from "../../src/panels/improve/suspects";
import type { Label } from "../../src/project/project";

const change = (...operations: { op: string; label?: number; version?: number }[]) => ({ operations });

describe("what a version did", () => {
  it.each([
    ["the first", { parent: null, labels: 7, change: change() }, [{ did: "first", count: 7 }]],
    [
      "several things, counted",
      {
        parent: 1,
        labels: 7,
        change: change({ op: "move" }, { op: "add" }, { op: "add" }, { op: "remove" }),
      },
      [
        { did: "add", count: 2 },
        { did: "move", count: 1 },
        { did: "remove", count: 1 },
      ],
    ],
    [
      "a return",
      { parent: 4, labels: 7, change: change({ op: "restore", version: 2 }) },
      [{ did: "restore", version: 2 }],
    ],
    [
      "classes and labels",
      { parent: 4, labels: 7, change: { ...change({ op: "class", label: 3 }), legend: true } },
      [{ did: "class", count: 1 }, { did: "legend" }],
    ],
    ["nothing but new imagery", { parent: 4, labels: 7, change: change() }, [{ did: "anew" }]],
  ])("is told: %s", (_, version, deeds) => {
    expect(deedsOf(version)).toEqual(deeds);
  });
});

const label = (id: string, lon: number): Label => ({
  id,
  classId: "w",
  geometry: { type: "Point", coordinates: [lon, 50] },
});

describe("labels that the others contradict", () => {
  const head = {
    known: new Map([
      ["page-a", { server: 11, className: "water", geometry: "" }],
      ["page-b", { server: 12, className: "water", geometry: "" }],
    ]),
  } as unknown as Head;
  const suspicious = [12, 11, 13].map((server) => ({
    label: server,
    class: "water",
    predicted: "forest",
    probability: 0.9,
  }));

  it("are those of the page, in the order of the server", () => {
    const found = suspectsOf(suspicious, head, [label("page-a", 1), label("page-b", 2), label("new", 3)]);
    expect(found.map((each) => each.label.id)).toEqual(["page-b", "page-a"]);
  });

  it("are none that were removed meanwhile", () => {
    expect(suspectsOf(suspicious, head, [label("page-a", 1)])).toHaveLength(1);
    expect(suspectsOf(suspicious, null, [label("page-a", 1)])).toEqual([]);
  });

  it("lie in the middle of what they cover", () => {
    expect(middleOf(label("a", 7))).toEqual([7, 50]);
    const ring = [
      [0, 10],
      [4, 10],
      [4, 12],
      [0, 10],
    ] as const;
    expect(middleOf({ id: "p", classId: "w", geometry: { type: "Polygon", coordinates: [ring] } })).toEqual([
      2, 11,
    ]);
  });
});
