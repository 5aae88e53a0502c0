import { expect, test } from "vitest";
import type { Imagery } from "../../src/api/types";
import {
  isMissing,
  periodFault,
  pixelMetres,
  regionOf,
  showing,
  usualPeriod,
} from "../../src/project/regions";

const IMAGE: Imagery = { name: "image", kind: "file", sensor: "sentinel-2", bbox: [0, 0, 2, 2] };
const CATALOGUE = { name: "catalogue", kind: "catalogue", sensor: null } as unknown as Imagery;
const TODAY = new Date("2026-03-15T12:00:00Z");

test("the usual period is the twelve whole months that are over", () => {
  expect(usualPeriod(TODAY)).toEqual({ start: "2025-03-01", end: "2026-02-28" });
  expect(usualPeriod(new Date("2026-01-01T00:00:00Z"))).toEqual({ start: "2025-01-01", end: "2025-12-31" });
});

test("an image has a place and dates of its own, a catalogue is told both", () => {
  const nothing = { bbox: null, start: null, end: null, steps: null };
  expect(regionOf(IMAGE, null, TODAY)).toEqual({ imagery: "image", ...nothing });
  const period = { start: "2025-03-01", end: "2026-02-28" };
  expect(regionOf(CATALOGUE, null, TODAY)).toEqual({ imagery: "catalogue", ...nothing, ...period });
});

test("a box stays when the imagery changes, where the other imagery has some of it", () => {
  const before = { imagery: "other", bbox: [1, 1, 3, 3], start: null, end: null, steps: null } as const;
  expect(regionOf(IMAGE, before, TODAY).bbox).toEqual([1, 1, 3, 3]);
  expect(regionOf(IMAGE, { ...before, bbox: [5, 5, 6, 6] }, TODAY).bbox).toBeNull();
  expect(regionOf(CATALOGUE, { ...before, bbox: [5, 5, 6, 6] }, TODAY).bbox).toEqual([5, 5, 6, 6]);
});

test("a period that was chosen goes along to another catalogue", () => {
  const before = {
    imagery: "a",
    bbox: null,
    start: "2024-01-01",
    end: "2024-06-30",
    steps: "month",
  } as const;
  expect(regionOf(CATALOGUE, before, TODAY)).toEqual({ ...before, imagery: "catalogue" });
});

test("a catalogue needs a period, and a box as long as there are no labels", () => {
  const region = { imagery: "catalogue", bbox: null, start: "2024-01-01", end: null, steps: null } as const;
  expect(isMissing(region, CATALOGUE, true)).toBe("period");
  expect(isMissing({ ...region, end: "2024-02-01" }, CATALOGUE, false)).toBe("box");
  expect(isMissing({ ...region, end: "2024-02-01" }, CATALOGUE, true)).toBeNull();
  expect(isMissing({ ...region, imagery: "image" }, IMAGE, false)).toBeNull();
});

test("imagery shows labels where it shows at least half of them", () => {
  const [inside, alsoInside, outside] = [
    [1, 1],
    [0.5, 2],
    [5, 1],
  ] as const;
  expect(showing([IMAGE, CATALOGUE], [inside, alsoInside])).toEqual([IMAGE]);
  expect(showing([IMAGE], [inside, outside])).toEqual([IMAGE]);
  expect(showing([IMAGE], [inside, outside, outside])).toEqual([]);
  expect(showing([IMAGE], [])).toEqual([]);
});

test("pixels in degrees are metres too", () => {
  expect(pixelMetres([10, 10])).toBe(10);
  expect(pixelMetres([0.00009, 0.00009])).toBeCloseTo(10.02, 2);
  expect(pixelMetres(undefined)).toBeNull();
});

test.each([
  ["2025-06-01", "2025-06-30", null],
  ["2025-06-01", "2025-06-01", null],
  ["2026-03-01", "2026-03-16", null], // it may be tomorrow there
  ["2026-03-01", "2026-03-17", "future"],
  ["2025-06-02", "2025-06-01", "backwards"],
  ["2024-01-01", "2024-04-09", null], // 100 days
  ["2024-01-01", "2024-04-10", "long"],
  ["", "2025-06-30", "start"],
  ["2025-06-01", "", "end"],
] as const)("a period from %s to %s: %s", (start, end, fault) => {
  expect(periodFault(start, end, TODAY, 100)).toBe(fault);
});
