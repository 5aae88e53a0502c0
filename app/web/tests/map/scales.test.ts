import { describe, expect, it } from "vitest";
import { bandPath, linePath, reach, scale, ticks } from "../../src/map/inspector/scales";

describe("scale", () => {
  it("goes through both ends, also downwards", () => {
    const y = scale([0, 0.5], [200, 0]);
    expect([y.at(0), y.at(0.25), y.at(0.5)]).toEqual([200, 100, 0]);
  });

  it("puts one value alone in the middle", () => {
    expect(scale([5, 5], [0, 100]).at(5)).toBe(50);
  });
});

describe("ticks", () => {
  it("are round, within the ends, and the numbers that they look like", () => {
    expect(ticks(0, 0.5, 5)).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5]);
    expect(ticks(492.7, 2202.4, 5)).toEqual([500, 1000, 1500, 2000]);
    expect(ticks(-0.03, 0.11, 4)).toEqual([0, 0.05, 0.1]);
  });

  it("are never many more than was asked for, and always in steps of 1, 2 or 5", () => {
    for (let high = 0.013; high < 5000; high *= 1.7) {
      const found = ticks(0, high, 5);
      expect(found.length).toBeLessThanOrEqual(6);
      expect(found.length).toBeGreaterThanOrEqual(2);
      const step = (found[1] ?? 0) - (found[0] ?? 0);
      expect(["1", "2", "5"]).toContain(Number(step.toPrecision(6)).toExponential().charAt(0));
    }
  });

  it("are one where there is nothing between the ends", () => {
    expect(ticks(3, 3, 5)).toEqual([3]);
  });
});

describe("reach", () => {
  it("holds all values, from zero", () => {
    expect(reach([0.03, 0.41, null])).toEqual([0, 0.6]);
  });

  it("goes below zero where a value does", () => {
    const [low, high] = reach([-0.01, 0.2]);
    expect(low).toBeLessThanOrEqual(-0.01);
    expect(high).toBeGreaterThanOrEqual(0.2);
  });

  it("is not empty where nothing was seen", () => {
    const [low, high] = reach([null, null]);
    expect(high).toBeGreaterThan(low);
  });
});

describe("paths", () => {
  it("have a gap where a band is missing", () => {
    expect(linePath([[0, 1], [1, 2], null, [3, 4], [4, 5]])).toBe("M0 1L1 2M3 4L4 5");
  });

  it("show a point between two gaps as a dot", () => {
    expect(linePath([null, [1, 2], null])).toBe("M1 2h0");
  });

  it("go around what lies between two lines, and leave gaps out", () => {
    const upper = [[0, 1], [1, 1], null, [3, 1]] as const;
    const lower = [
      [0, 3],
      [1, 3],
      [2, 3],
      [3, 3],
    ] as const;
    expect(bandPath(upper, lower)).toBe("M0 1L1 1L1 3L0 3Z");
  });
});
