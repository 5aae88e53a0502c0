import { expect, test } from "vitest";
import { boxOfView } from "../../src/panels/where/shown";

test("the whole world is 256 pixels wide at zoom 0", () => {
  const box = boxOfView([0, 0, 0], 256, 128);
  expect(box?.[0]).toBe(-180);
  expect(box?.[2]).toBe(180);
  // A quarter of the way to the edge of Web Mercator: gd(pi / 2).
  expect(box?.[3]).toBeCloseTo(66.51326, 5);
});

test("at the equator a pixel of zoom 14 is 9.554629 m", () => {
  const [west = 0, south = 0, east = 0, north = 0] = boxOfView([14, 0, 10], 1000, 500) ?? [];
  expect((east - west) * 111_319.49).toBeCloseTo(9554.629, 0);
  expect((north - south) * 111_319.49).toBeCloseTo(4777.31, 0);
  expect((west + east) / 2).toBeCloseTo(10, 6);
});
