import { describe, expect, it } from "vitest";
import {
  withClassChanged,
  withClassesMerged,
  withLabelMoved,
  withLabels,
  withLabelsOfClass,
  withoutClass,
  withoutLabels,
  withRegion,
} from "../../src/project/edits";
import type { Label, Point, Project } from "../../src/project/project";

const at = (lon: number): Point => ({ type: "Point", coordinates: [lon, 50] });
const label = (id: string, classId: string, lon: number): Label => ({ id, classId, geometry: at(lon) });

const PROJECT: Project = {
  region: null,
  classes: [
    { id: "w", value: 80, name: "water", color: "#0064C8" },
    { id: "f", value: 10, name: "forest", color: "#006400" },
    { id: "m", value: 90, name: "marsh", color: "#0096A0" },
  ],
  labels: [label("1", "w", 1), label("2", "f", 2), label("3", "m", 3), label("4", "m", 4)],
};

const shown = (project: Project): string[] =>
  project.labels.map((each) => `${each.id}${each.classId}${each.geometry.coordinates[0]}`);

describe("changes of a project", () => {
  it("leave the project as it was, for undo", () => {
    const before = structuredClone(PROJECT);
    withLabels(PROJECT, [{ classId: "w", geometry: at(9) }]);
    withLabelMoved(PROJECT, "1", at(9));
    withLabelsOfClass(PROJECT, new Set(["1"]), "f");
    withoutLabels(PROJECT, new Set(["1"]));
    withClassChanged(PROJECT, "w", { name: "lake" });
    withoutClass(PROJECT, "m");
    withClassesMerged(PROJECT, "m", "w");
    withRegion(PROJECT, { imagery: "s", bbox: null, start: null, end: null, steps: null });
    expect(PROJECT).toEqual(before);
  });

  it("add labels behind the others, each with a name of its own", () => {
    const added = withLabels(PROJECT, [
      { classId: "w", geometry: at(8) },
      { classId: "f", geometry: at(9) },
    ]);
    expect(shown(added).slice(0, 4)).toEqual(shown(PROJECT));
    expect(new Set(added.labels.map((each) => each.id)).size).toBe(6);
  });

  it("keep labels the same that they do not concern, so that nothing is drawn again for them", () => {
    const moved = withLabelMoved(PROJECT, "2", at(7));
    expect(shown(moved)).toEqual(["1w1", "2f7", "3m3", "4m4"]);
    expect(moved.labels[0]).toBe(PROJECT.labels[0]);
    const other = withLabelsOfClass(PROJECT, new Set(["1", "3"]), "f");
    expect(shown(other)).toEqual(["1f1", "2f2", "3f3", "4m4"]);
    expect(other.labels[3]).toBe(PROJECT.labels[3]);
  });

  it("remove labels in their order", () => {
    expect(shown(withoutLabels(PROJECT, new Set(["3", "1"])))).toEqual(["2f2", "4m4"]);
  });

  it("take the labels of a class away with it", () => {
    const without = withoutClass(PROJECT, "m");
    expect(without.classes.map((each) => each.id)).toEqual(["w", "f"]);
    expect(shown(without)).toEqual(["1w1", "2f2"]);
  });

  it("merge a class and its labels into another", () => {
    const merged = withClassesMerged(PROJECT, "m", "w");
    expect(merged.classes.map((each) => each.id)).toEqual(["w", "f"]);
    expect(shown(merged)).toEqual(["1w1", "2f2", "3w3", "4w4"]);
  });

  it("change of a class what is meant, and nothing else", () => {
    const changed = withClassChanged(PROJECT, "f", { color: "#123456" });
    expect(changed.classes[1]).toEqual({ id: "f", value: 10, name: "forest", color: "#123456" });
    expect(changed.classes[0]).toBe(PROJECT.classes[0]);
  });
});
