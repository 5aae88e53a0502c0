import { describe, expect, test } from "vitest";
import type { FeatureCollection } from "../../src/api/types";
import { type Known, MOST_LABELS, withBrought, withLegend } from "../../src/project/bringing";
import { EMPTY, type Project } from "../../src/project/project";

const KNOWN: Known = {
  classes: [
    { value: 50, name: "built-up", title: "Built-up", color: "#FA0000" },
    { value: 80, name: "permanent water bodies", title: "Permanent water bodies", color: "#0064C8" },
  ],
  names: { urban: 50, water: 80 },
  palette: ["#E69F00", "#56B4E9"],
};
const LIMITS = { max_labels: 100_000, max_classes: 100 };

const collection = (...classes: (string | number)[]): FeatureCollection => ({
  type: "FeatureCollection",
  features: classes.map((name, index) => ({
    type: "Feature",
    geometry: { type: "Point", coordinates: [index, 0] },
    properties: { class: name },
  })),
});

function brought(project: Project, ...classes: (string | number)[]) {
  const result = withBrought(project, collection(...classes), KNOWN, LIMITS);
  if ("tooMany" in result) throw new Error("too many");
  return result;
}

describe("labels from a file", () => {
  test("come with their classes, in the order of the file", () => {
    const { project, created } = brought(EMPTY, "forest", "heath", "forest");
    expect(created.map((entry) => entry.name)).toEqual(["forest", "heath"]);
    expect(project.labels.map((label) => label.classId)).toEqual([
      created[0]?.id,
      created[1]?.id,
      created[0]?.id,
    ]);
  });

  test("join classes that are there, however these are spelled, or by their number", () => {
    const water = { id: "w", name: "Open water", value: 8, color: "#0000FF" };
    const { project, created } = brought({ ...EMPTY, classes: [water] }, "open-water", "OPEN WATER", 8, "8");
    expect(created).toEqual([]);
    expect(new Set(project.labels.map((label) => label.classId))).toEqual(new Set(["w"]));
  });

  test("take value and colour of a well-known class, where these are free", () => {
    const { created } = brought(EMPTY, "Built up", "water");
    expect(created.map(({ value, color }) => [value, color])).toEqual([
      [50, "#FA0000"],
      [80, "#0064C8"],
    ]);
    const taken = { id: "x", name: "lava", value: 50, color: "#fa0000" };
    const [built] = brought({ ...EMPTY, classes: [taken] }, "built-up").created;
    expect(built?.value).not.toBe(50);
    expect(built?.color).not.toBe("#FA0000");
  });

  test("leave what is there as it is", () => {
    const before = brought(EMPTY, "a", "b").project;
    const after = brought(before, "b", "c").project;
    expect(after.labels.slice(0, 2)).toEqual(before.labels);
    expect(after.classes.slice(0, 2)).toEqual(before.classes);
  });

  test("are refused where they are too many, or their classes are", () => {
    const many = collection(...Array.from({ length: MOST_LABELS + 1 }, () => "a"));
    expect(withBrought(EMPTY, many, KNOWN, LIMITS)).toEqual({
      tooMany: "labels",
      count: MOST_LABELS + 1,
      most: MOST_LABELS,
    });
    expect(withBrought(EMPTY, collection("a", "b", "c"), KNOWN, { ...LIMITS, max_labels: 2 })).toEqual({
      tooMany: "labels",
      count: 3,
      most: 2,
    });
    expect(withBrought(EMPTY, collection("a", "b", "c"), KNOWN, { ...LIMITS, max_classes: 2 })).toEqual({
      tooMany: "classes",
      count: 3,
      most: 2,
    });
  });
});

test("classes of a legend join those that are there, up to the limit", () => {
  const { project } = brought(EMPTY, "built-up");
  const file = [
    { value: 50, name: "Built Up", title: "Built up", color: "#123456" },
    { value: 50, name: "roads", title: "Roads", color: "#FA0000" },
    { value: 7, name: "rails", title: "Rails", color: "#777777" },
    { value: 8, name: "ports", title: "Ports", color: "#888888" },
  ];
  const result = withLegend(project, file, KNOWN, 3);
  expect(result).toMatchObject({ added: 2, there: 1, left: 1 });
  expect(result.project.classes[0]).toEqual(project.classes[0]);
  expect(result.project.classes[2]).toMatchObject({ value: 7, name: "rails", color: "#777777" });
  expect(new Set(result.project.classes.map((entry) => entry.value)).size).toBe(3);
  expect(new Set(result.project.classes.map((entry) => entry.color)).size).toBe(3);
});
