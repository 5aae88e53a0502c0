import { describe, expect, it } from "vitest";
import { labelFaults } from "../../src/follow/follow";
import { withLabelMoved, withLabels, withoutLabels } from "../../src/project/edits";
import { edit, open, undo } from "../../src/state";
import { add, anewForEach, begun, idAt, point, server, settled, state } from "./scene";
import { problem } from "./server";

anewForEach();

describe("labels that the server refuses", () => {
  const refusing =
    (lon: number, reason = "off the imagery") =>
    (request: string, body: unknown) => {
      if (!request.startsWith("POST")) return undefined;
      const { labels, operations = [] } = body as {
        labels?: { features: { geometry: { coordinates: unknown[] } }[] };
        operations?: {
          op: string;
          feature?: { geometry: { coordinates: unknown[] } };
          geometry?: { coordinates: unknown[] };
        }[];
      };
      const places = labels
        ? labels.features.map((feature) => feature.geometry)
        : operations.map((step) => step.feature?.geometry ?? step.geometry);
      const at = places.findIndex((geometry) => geometry?.coordinates[0] === lon);
      const where = labels ? `labels[${at}]` : `operations[${at}]`;
      return at < 0 ? undefined : problem(422, "invalid-labels", [{ where, reason }]);
    };

  it("are left out with its reason, and the others go without them", async () => {
    server.before = refusing(99);
    open(begun());
    add("w", 99);
    await settled();
    expect(server.labels()).toEqual(["forest 2,50", "water 1,50"]);
    expect(labelFaults.value.get(idAt(99))?.reason).toBe("off the imagery");
    expect(state()).toBe("current");
    add("f", 3);
    await settled();
    expect(server.labels()).toEqual(["forest 2,50", "forest 3,50", "water 1,50"]);
  });

  it("tells of the fault while the others are on their way", async () => {
    open(begun());
    await settled();
    server.before = refusing(99);
    const seen: number[] = [];
    const end = labelFaults.subscribe((faults) => {
      seen.push(faults.size);
    });
    add("w", 99);
    await settled();
    end();
    expect(seen.at(-1)).toBe(1);
    expect(server.current().version).toBe(1);
  });

  it("are tried again once they are changed", async () => {
    server.before = refusing(99);
    open(begun());
    add("w", 99);
    await settled();
    edit((now) => withLabelMoved(now, idAt(99), { type: "Point", coordinates: [4, 50] }));
    await settled();
    expect(labelFaults.value.size).toBe(0);
    expect(server.labels()).toContain("water 4,50");
  });

  it("are tried again once another one goes", async () => {
    open(begun());
    await settled();
    server.before = refusing(99, "in the pixel of label 1");
    add("f", 99);
    await settled();
    expect(labelFaults.value.size).toBe(1);
    server.before = () => undefined;
    add("w", 5);
    edit((now) => withoutLabels(now, new Set([idAt(1)])));
    await settled();
    expect(server.labels()).toEqual(["forest 2,50", "forest 99,50", "water 5,50"]);
    expect(labelFaults.value.size).toBe(0);
  });

  it("are found by the name that the server has for them", async () => {
    open(begun());
    add("w", 3);
    await settled();
    server.before = (request) =>
      server.requests.filter((each) => each === request).length === 1
        ? problem(422, "invalid-labels", [{ where: "label 3", reason: "in the pixel of label 4" }])
        : undefined;
    add("f", 3.1);
    await settled();
    expect(labelFaults.value.get(idAt(3))?.reason).toBe("in the pixel of label 4");
    expect(server.labels()).toEqual(["forest 2,50", "forest 3.1,50", "water 1,50"]);
  });

  it("do not keep the page asking where the server names none that was sent", async () => {
    open(begun());
    await settled();
    server.before = () => problem(422, "invalid-legend", [{ where: "legend[1].name", reason: "twice" }]);
    add("w", 3);
    await settled();
    expect(state()).toBe("refused");
    expect(server.requests).toHaveLength(2);
  });
});

describe("labels that the server goes without", () => {
  it("are named with its reason, and are not sent again until they are changed", async () => {
    server.unusable.add(99);
    open(begun());
    add("w", 99);
    await settled();
    expect(server.labels()).toEqual(["forest 2,50", "water 1,50"]);
    expect(labelFaults.value.get(idAt(99))?.reason).toBe("off the imagery");
    expect(server.requests).toHaveLength(1);
    add("f", 3);
    await settled();
    expect(server.labels()).toEqual(["forest 2,50", "forest 3,50", "water 1,50"]);
    edit((now) => withLabelMoved(now, idAt(99), point("w", 4).geometry));
    await settled();
    expect(server.labels()).toEqual(["forest 2,50", "forest 3,50", "water 1,50", "water 4,50"]);
    expect(labelFaults.value.size).toBe(0);
  });

  it("leave the server where they were moved off, and come back", async () => {
    server.unusable.add(99);
    open(begun());
    add("w", 5);
    await settled();
    edit((now) => withLabelMoved(now, idAt(5), point("w", 99).geometry));
    await settled();
    expect(server.labels()).toEqual(["forest 2,50", "water 1,50"]);
    expect(labelFaults.value.size).toBe(1);
    undo();
    await settled();
    expect(server.labels()).toEqual(["forest 2,50", "water 1,50", "water 5,50"]);
    expect(state()).toBe("current");
  });

  it("do not mix up the names of those that it took", async () => {
    open(begun());
    await settled();
    server.unusable.add(98);
    edit((now) => withLabels(now, [point("w", 98), point("w", 6), point("f", 7)]));
    await settled();
    edit((now) => withoutLabels(now, new Set([idAt(6)])));
    await settled();
    expect(server.labels()).toEqual(["forest 2,50", "forest 7,50", "water 1,50"]);
  });
});
