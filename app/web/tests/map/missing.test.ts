import { expect, it } from "vitest";
import { missingOf } from "../../src/panels/map/missing";
import { EMPTY, type Label, type Project } from "../../src/project/project";

const label = (id: string, classId: string): Label => ({
  id,
  classId,
  geometry: { type: "Point", coordinates: [0, 0] },
});
const CLASSES = ["water", "bare"].map((name, index) => ({
  id: name,
  value: index + 1,
  name,
  color: "#000000",
}));

it("asks for everything at the start", () => {
  expect(missingOf(EMPTY, new Map())).toEqual({ region: true, classes: 2, refused: 0, counts: [] });
});

it("does not count labels that the server would not take", () => {
  const project: Project = {
    region: { imagery: "a", bbox: null, start: null, end: null, steps: null },
    classes: CLASSES,
    labels: [label("1", "water"), label("2", "water"), label("3", "bare")],
  };
  const faults = new Map([["3", { reason: "off the imagery", content: "" }]]);
  expect(missingOf(project, new Map())).toMatchObject({ region: false, classes: 0, refused: 0 });
  expect(missingOf(project, faults)).toEqual({
    region: false,
    classes: 1,
    refused: 1,
    counts: [{ entry: CLASSES[0], labels: 2 }],
  });
});
