import { describe, expect, test } from "vitest";
import { type Plan, planRequest, refusalsOf } from "../../src/api/plan";
import { Problem } from "../../src/api/problem";
import type { Label, Project } from "../../src/project/project";

const planned = (...refusals: Plan["refusals"]): Plan => ({
  imagery: "scene",
  feasible: refusals.length === 0,
  refusals,
  notes: [],
  region: null,
  labelled_pixels: null,
  scenes: null,
  cost: null,
});

describe("a refusal stands beside the field that it is about", () => {
  test("by the names that the server gives", () => {
    const problem = new Problem({
      status: 422,
      code: "invalid-request",
      title: "The request is not valid",
      detail: "start: is missing",
      faults: [
        { where: "start", reason: "is missing" },
        { where: "bbox[1]", reason: "should be a number" },
      ],
    });
    expect(refusalsOf(null, problem)).toEqual({
      at: { start: "is missing", bbox: "should be a number" },
      others: [],
    });
  });

  test("by the beginning of its words", () => {
    const detail = "bbox: it has 20,000 km2; choose a smaller box";
    const refusal = { type: "/problems/region-too-large", title: "Too large", detail };
    expect(refusalsOf(planned(refusal), null).at).toEqual({
      bbox: "it has 20,000 km2; choose a smaller box",
    });
  });

  test("by its kind", () => {
    const detail = "the period runs backwards: start is after end";
    const refusal = { type: "/problems/invalid-period", title: "The period is not valid", detail };
    expect(refusalsOf(planned(refusal), null)).toEqual({ at: { end: detail }, others: [] });
  });

  test("two of one field are both said", () => {
    const one = { type: "/problems/region-too-large", title: "", detail: "bbox: too large" };
    const other = { type: "/problems/outside-imagery", title: "", detail: "bbox: outside" };
    expect(refusalsOf(planned(one, other), null).at.bbox).toBe("too large outside");
  });

  test("labels, and whatever else there is, are no field", () => {
    const errors = [{ where: "labels[3]", reason: "lies outside the region" }];
    const refusal = { type: "/problems/invalid-labels", title: "Labels", detail: "1 label", errors };
    const { at, others } = refusalsOf(planned(refusal), null);
    expect(at).toEqual({});
    expect(others.map(({ code, faults }) => ({ code, faults }))).toEqual([
      { code: "invalid-labels", faults: errors },
    ]);
  });

  test("a plan without any has none", () => {
    expect(refusalsOf(planned(), null)).toEqual({ at: {}, others: [] });
    expect(refusalsOf(null, null)).toEqual({ at: {}, others: [] });
  });
});

test("labels go along once they are of two classes", () => {
  const project: Project = {
    region: { imagery: "scene", bbox: [0, 0, 1, 1], start: null, end: null, steps: null },
    classes: [
      { id: "a", name: "a", value: 1, color: "#000000" },
      { id: "b", name: "b", value: 2, color: "#FFFFFF" },
    ],
    labels: [],
  };
  const label = (classId: string): Label => ({
    id: classId,
    classId,
    geometry: { type: "Point", coordinates: [0, 0] },
  });
  expect(planRequest(project, [label("a")])).toEqual({ imagery: "scene", bbox: [0, 0, 1, 1] });
  expect(planRequest(project, [label("a"), label("b")]).labels?.features).toHaveLength(2);
});
