import { describe, expect, it } from "vitest";
import { Problem } from "../../src/api/problem";
import { faultsOf, standing } from "../../src/follow/faults";
import type { Label } from "../../src/project/project";

const point = (id: string, lon: number, classId = "w"): Label => ({
  id,
  classId,
  geometry: { type: "Point", coordinates: [lon, 50] },
});
const A = point("a", 1);
const B = point("b", 2);
const C = point("c", 3);

const refused = (...faults: { where: string; reason: string }[]): Problem =>
  new Problem({ status: 422, code: "invalid-labels", title: "", detail: "", faults });

const reasons = (faults: ReadonlyMap<string, { reason: string }>): Record<string, string> =>
  Object.fromEntries([...faults].map(([id, { reason }]) => [id, reason]));

describe("faults of a refusal", () => {
  it("are those of the labels that the request had at their places", () => {
    const problem = refused(
      { where: "labels[2]", reason: "off the imagery" },
      { where: "labels[0].geometry", reason: "no point" },
    );
    expect(reasons(faultsOf(problem.faults, [A, B, C]))).toEqual({ a: "no point", c: "off the imagery" });
  });

  it("are those of the operations on labels", () => {
    const problem = refused({ where: "operations[1]", reason: "on nodata" });
    expect(reasons(faultsOf(problem.faults, [null, B]))).toEqual({ b: "on nodata" });
    expect(faultsOf(refused({ where: "operations[0]", reason: "on nodata" }).faults, [null, B]).size).toBe(0);
  });

  it("are found by the server's names of labels that the request did not have", () => {
    const problem = refused({ where: "label 7", reason: "in the pixel of label 9" });
    expect(reasons(faultsOf(problem.faults, [A], new Map([[7, C]])))).toEqual({
      c: "in the pixel of label 9",
    });
    expect(faultsOf(problem.faults, [A]).size).toBe(0);
  });

  it("keep the first reason", () => {
    const problem = refused({ where: "labels[0]", reason: "one" }, { where: "labels[0]", reason: "two" });
    expect(reasons(faultsOf(problem.faults, [A]))).toEqual({ a: "one" });
  });

  it("are no label's where they are about something else", () => {
    const problem = refused(
      { where: "bbox", reason: "too large" },
      { where: "labels", reason: "too few" },
      { where: "labels[9]", reason: "not sent" },
      { where: "operations[0].label", reason: "there is no label 5" },
    );
    expect(faultsOf(problem.faults, [A, B]).size).toBe(0);
  });
});

describe("faults still stand", () => {
  const faults = faultsOf(refused({ where: "labels[0]", reason: "off" }).faults, [A]);

  it("while their label is as it was", () => {
    expect(reasons(standing(faults, [B, { ...A }]))).toEqual({ a: "off" });
  });

  it.each([
    ["was moved", [point("a", 9)]],
    ["was given another class", [point("a", 1, "f")]],
    ["is gone", [B]],
  ])("unless it %s", (_, labels) => {
    expect(standing(faults, labels).size).toBe(0);
  });
});
