import { describe, expect, it } from "vitest";
import type { Operation } from "../../src/api/adaptations";
import { difference, type Head, headAfter } from "../../src/follow/operations";
import { withClassChanged, withoutLabels } from "../../src/project/edits";
import type { Label, Project } from "../../src/project/project";

const point = (id: string, classId: string, lon: number): Label => ({
  id,
  classId,
  geometry: { type: "Point", coordinates: [lon, 50] },
});

const PROJECT: Project = {
  region: { imagery: "scene", bbox: null, start: null, end: null, steps: null },
  classes: [
    { id: "w", value: 80, name: "water", color: "#0064C8" },
    { id: "f", value: 10, name: "forest", color: "#006400" },
  ],
  labels: [point("a", "w", 1), point("b", "f", 2), point("c", "f", 3)],
};

const HEAD = headAfter({ adaptation: "x", version: 4 }, PROJECT, PROJECT.labels, [11, 12, 13]);

/** What the server makes of its labels by operations, as docs/adaptations.md has it. */
function applied(head: Head, operations: readonly Operation[], next: number): Map<number, string> {
  const labels = new Map(
    [...head.known.values()].map(({ server, className, geometry }) => [server, { className, geometry }]),
  );
  let name = next;
  for (const step of operations) {
    if (step.op === "add") {
      const { properties, geometry } = step.feature;
      labels.set(name++, {
        className: String(properties.class),
        geometry: JSON.stringify(geometry.coordinates),
      });
      continue;
    }
    const before = labels.get(step.label);
    if (!before) throw new Error(`there is no label ${step.label}`);
    if (step.op === "remove") labels.delete(step.label);
    else if (step.op === "class") labels.set(step.label, { ...before, className: step.class });
    else labels.set(step.label, { ...before, geometry: JSON.stringify(step.geometry.coordinates) });
  }
  return new Map([...labels].map(([id, each]) => [id, `${each.className} ${each.geometry}`]));
}

function wanted(project: Project): string[] {
  const names = new Map(project.classes.map((each) => [each.id, each.name]));
  return project.labels
    .map((each) => `${names.get(each.classId)} ${JSON.stringify(each.geometry.coordinates)}`)
    .toSorted();
}

describe("operations that make the server's labels those of the page", () => {
  it("are none where they are already", () => {
    expect(difference(HEAD, PROJECT, PROJECT.labels)).toBeNull();
  });

  it.each<[string, Project]>([
    ["one is added", { ...PROJECT, labels: [...PROJECT.labels, point("d", "w", 4)] }],
    ["one is removed", withoutLabels(PROJECT, new Set(["b"]))],
    ["one is moved", { ...PROJECT, labels: [point("a", "w", 9), ...PROJECT.labels.slice(1)] }],
    ["one has another class", { ...PROJECT, labels: [point("a", "f", 1), ...PROJECT.labels.slice(1)] }],
    ["one is another in all", { ...PROJECT, labels: [point("a", "f", 9), ...PROJECT.labels.slice(1)] }],
    ["one takes the place of another", { ...PROJECT, labels: [point("b", "f", 1), point("c", "f", 3)] }],
    ["a class has another name", withClassChanged(PROJECT, "f", { name: "woods" })],
    ["all are others", { ...PROJECT, labels: [point("x", "w", 7), point("y", "f", 8)] }],
  ])("do so when %s", (_, project) => {
    const change = difference(HEAD, project, project.labels);
    const after = applied(HEAD, change?.corrections.operations ?? [], 14);
    expect([...after.values()].toSorted()).toEqual(wanted(project));
    expect(change?.corrections.base_version).toBe(4);
    expect(change?.labels).toHaveLength(change?.corrections.operations.length ?? -1);
  });

  it("say which label of the page each is about", () => {
    const project = { ...PROJECT, labels: [point("a", "f", 9), point("d", "w", 4)] };
    expect(difference(HEAD, project, project.labels)?.labels).toEqual(["b", "c", "a", "a", "d"]);
  });

  it("bring another legend only where there is one", () => {
    const recolored = withClassChanged(PROJECT, "w", { color: "#000099" });
    const change = difference(HEAD, recolored, recolored.labels);
    expect(change?.corrections.operations).toEqual([]);
    expect(change?.corrections.legend?.[0]).toMatchObject({ name: "water", color: "#000099" });
    const added = { ...PROJECT, labels: [...PROJECT.labels, point("d", "w", 4)] };
    expect(difference(HEAD, added, added.labels)?.corrections).not.toHaveProperty("legend");
  });
});

describe("what the server has after it took labels", () => {
  it("keeps its names, and gives the new ones to those that were added, in their order", () => {
    const labels = [point("d", "w", 4), point("b", "f", 5), point("e", "f", 6)];
    const after = headAfter({ adaptation: "x", version: 5, known: HEAD.known }, PROJECT, labels, [20, 21]);
    expect([...after.known].map(([id, { server }]) => [id, server])).toEqual([
      ["d", 20],
      ["b", 12],
      ["e", 21],
    ]);
    expect(difference(after, { ...PROJECT, labels }, labels)).toBeNull();
  });
});
