import { expect, test } from "vitest";
import { labelNames, labelsByClass, labelsOfClass } from "../../src/panels/label/groups";
import { withLabels, withoutLabels } from "../../src/project/edits";
import type { Project } from "../../src/project/project";
import { edit, open, project } from "../../src/state";

const PROJECT: Project = {
  region: null,
  classes: [
    { id: "w", name: "water", value: 1, color: "#0000FF" },
    { id: "c", name: "crops", value: 2, color: "#FFFF00" },
  ],
  labels: [],
};

const label = (classId: string) => ({ classId, geometry: { type: "Point", coordinates: [0, 0] } }) as const;

test("labels are listed by class, and called by their place in the list", () => {
  open(withLabels(PROJECT, [label("w"), label("c"), label("w")]));
  const [first, second, third] = project.value.labels;
  expect(labelsOfClass("w")).toEqual([first, third]);
  expect(labelNames.value.get(third?.id ?? "")).toBe("Water 2");
  edit((before) => withoutLabels(before, new Set([first?.id ?? ""])));
  expect(labelNames.value.get(third?.id ?? "")).toBe("Water 1");
  expect(labelNames.value.get(second?.id ?? "")).toBe("Crops 1");
});

test("a class whose labels did not change keeps its very list, so that its rows are not drawn again", () => {
  open(withLabels(PROJECT, [label("w"), label("c")]));
  const [water, crops] = [labelsOfClass("w"), labelsOfClass("c")];
  edit((before) => withLabels(before, [label("c")]));
  expect(labelsOfClass("w")).toBe(water);
  expect(labelsOfClass("c")).not.toBe(crops);
  expect(labelsByClass.value.get("c")).toHaveLength(2);
});
