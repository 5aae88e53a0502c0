import { describe, expect, test } from "vitest";
import { around, isInside, parseSides, rounded, shared, wrapped } from "../../src/project/boxes";

const typed = (west: string, south: string, east: string, north: string) =>
  parseSides({ west, south, east, north });

describe("a box from four fields", () => {
  test("is taken with points, commas and a typographic minus", () => {
    expect(typed("-4.2", "52.3", "-4.0", "52.5").box).toEqual([-4.2, 52.3, -4, 52.5]);
    expect(typed(" −4,2 ", "52,3", "-4", "52,5").box).toEqual([-4.2, 52.3, -4, 52.5]);
  });

  test("may cross the antimeridian", () => {
    expect(typed("179", "-17", "-179", "-16").box).toEqual([179, -17, -179, -16]);
  });

  test.each([
    [["", "52", "1", "53"], { west: "number" }],
    [["-4", "x", "1", "53"], { south: "number" }],
    [["-4", "52", "1", "91"], { north: "latitude" }],
    [["-190", "52", "1", "53"], { west: "longitude" }],
    [["-4", "53", "1", "52"], { north: "north" }],
    [["-4", "52", "-4", "53"], { east: "east" }],
    [["4", "52", "-4", "53"], { east: "east" }],
    [["", "", "", ""], { west: "number", south: "number", east: "number", north: "number" }],
  ] as const)("%j is told what is wrong, side by side", ([west, south, east, north], faults) => {
    expect(typed(west, south, east, north).faults).toEqual(faults);
  });
});

describe("what two boxes share", () => {
  test("is a box, or nothing", () => {
    expect(shared([0, 0, 2, 2], [1, 1, 3, 3])).toEqual([1, 1, 2, 2]);
    expect(shared([0, 0, 1, 1], [2, 0, 3, 1])).toBeNull();
    expect(shared([0, 0, 1, 1], [1, 0, 2, 1])).toBeNull();
  });

  test("is found across the antimeridian", () => {
    expect(shared([179, -1, -179, 1], [-180, -1, -170, 1])).toEqual([180, -1, -179, 1]);
    expect(shared([170, -1, 179.5, 1], [179, -1, -179, 1])).toEqual([179, -1, 179.5, 1]);
  });
});

test("longitudes that a map counted on come back into range, to the last digit where they are in it", () => {
  expect(wrapped([-8.928540320148091, 1, 5, 2])).toEqual([-8.928540320148091, 1, 5, 2]);
  expect(wrapped([179, 1, 182, 2])).toEqual([179, 1, -178, 2]);
  expect(wrapped([-200, 1, 300, 2])).toEqual([-180, 1, 180, 2]);
});

test("a place is inside a box across the antimeridian on both sides of it", () => {
  expect(isInside([179.5, 0], [179, -1, -179, 1])).toBe(true);
  expect(isInside([-179.5, 0], [179, -1, -179, 1])).toBe(true);
  expect(isInside([0, 0], [179, -1, -179, 1])).toBe(false);
});

test("the box around geometries holds all of them", () => {
  const ring = [
    [1, 1],
    [3, 1],
    [3, 4],
    [1, 1],
  ] as const;
  expect(
    around([
      { type: "Point", coordinates: [0, 2] },
      { type: "Polygon", coordinates: [ring] },
    ]),
  ).toEqual([0, 1, 3, 4]);
  expect(around([])).toBeNull();
});

test("a rounded box is a tenth of a metre away at most", () => {
  expect(rounded([-8.92854032, 1.0000004, 2, 3])).toEqual([-8.92854, 1, 2, 3]);
});
