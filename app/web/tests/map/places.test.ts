import { fromLonLat } from "ol/proj";
import { describe, expect, it } from "vitest";
import {
  boxBetween,
  copyNear,
  extentOf,
  finishedRing,
  lonLatOf,
  placeOf,
  unbroken,
  WORLD,
  wrapped,
} from "../../src/map/places";
import type { LonLat } from "../../src/project/project";

describe("lonLatOf", () => {
  it("is the inverse of OpenLayers' own projection", () => {
    for (const place of [
      [-4.05, 52.41],
      [179.9, -16.5],
      [-179.9, 84],
      [0, 0],
    ] as const) {
      const [lon, lat] = lonLatOf(fromLonLat([...place]));
      expect(lon).toBeCloseTo(place[0], 6);
      expect(lat).toBeCloseTo(place[1], 6);
    }
  });

  it("tells the same place of every world the same", () => {
    const place = placeOf([179.5, 10]);
    expect(lonLatOf([(place[0] ?? 0) + WORLD, place[1] ?? 0])).toEqual(lonLatOf(place));
  });
});

it("wraps longitudes into ±180 and leaves those that are there already", () => {
  expect([wrapped(180), wrapped(-180), wrapped(190), wrapped(-190), wrapped(540)]).toEqual([
    180, -180, -170, 170, -180,
  ]);
});

describe("boxBetween", () => {
  const at = (lon: number, lat: number): number[] => [(lon / 360) * WORLD, fromLonLat([0, lat])[1] ?? 0];

  it("does not depend on which corners were drawn, nor in which order", () => {
    const wanted = [10, 45, 11, 46];
    const corners: [number, number][] = [
      [10, 45],
      [11, 46],
      [10, 46],
      [11, 45],
    ];
    expect(boxBetween(at(...(corners[0] ?? [0, 0])), at(...(corners[1] ?? [0, 0])))).toEqual(wanted);
    expect(boxBetween(at(...(corners[1] ?? [0, 0])), at(...(corners[0] ?? [0, 0])))).toEqual(wanted);
    expect(boxBetween(at(...(corners[2] ?? [0, 0])), at(...(corners[3] ?? [0, 0])))).toEqual(wanted);
  });

  it("has its west in the east where it crosses the antimeridian", () => {
    expect(boxBetween(at(179, -17), at(181, -16))).toEqual([179, -17, -179, -16]);
    expect(boxBetween(at(-181, -17), at(-179, -16))).toEqual([179, -17, -179, -16]);
  });

  it("ends at the antimeridian without crossing it", () => {
    expect(boxBetween(at(178, 0), at(180, 1))).toEqual([178, 0, 180, 1]);
    expect(boxBetween(at(180, 0), at(182, 1))).toEqual([-180, 0, -178, 1]);
  });

  it("is nothing without a width or a height", () => {
    expect(boxBetween(at(10, 45), at(10, 46))).toBeNull();
    expect(boxBetween(at(10, 45), at(11, 45))).toBeNull();
  });

  it("is the whole world where it is wider", () => {
    expect(boxBetween(at(-200, -10), at(200, 10))).toEqual([-180, -10, 180, 10]);
  });

  it("comes back from its extent on the map", () => {
    const box = [179.25, -17.5, -179.5, -16.25] as const;
    const [left = 0, bottom = 0, right = 0, top = 0] = extentOf(box);
    expect(boxBetween([left, bottom], [right, top])).toEqual(box);
  });
});

it("shows an extent in the world that is looked at", () => {
  const extent = extentOf([179, -17, -179, -16]);
  expect(copyNear(extent, placeOf([179.9, 0])[0] ?? 0)).toEqual(extent);
  const western = copyNear(extent, placeOf([-179.9, 0])[0] ?? 0);
  expect(western[2]).toBeCloseTo((extent[2] ?? 0) - WORLD, 3);
  expect(western[1]).toBe(extent[1]);
});

it("keeps an outline in one piece over the antimeridian", () => {
  const ring: LonLat[] = [
    [179.9, 0],
    [-179.9, 0],
    [-179.9, 1],
    [179.9, 0],
  ];
  expect(unbroken({ type: "Polygon", coordinates: [ring] }).coordinates).toEqual([
    [
      [179.9, 0],
      [180.1, 0],
      [180.1, 1],
      [179.9, 0],
    ],
  ]);
});

describe("finishedRing", () => {
  const [a, b, c]: LonLat[] = [
    [0, 0],
    [2, 0],
    [1, 1],
  ];

  it("closes what was drawn", () => {
    expect(finishedRing([a, b, c] as LonLat[])).toEqual([a, b, c, a]);
  });

  it("takes the corner of a double click, and a ring that is closed already, once", () => {
    expect(finishedRing([a, b, b, c, c, a] as LonLat[])).toEqual([a, b, c, a]);
  });

  it("has nothing to finish in two corners, or in a line there and back", () => {
    expect(finishedRing([a, b, b] as LonLat[])).toBeNull();
    expect(finishedRing([])).toBeNull();
    expect(
      finishedRing([
        [0, 0],
        [1, 1],
        [2, 2],
      ]),
    ).toBeNull();
  });

  it("sees the area of a ring over the antimeridian as small", () => {
    const ring: LonLat[] = [
      [179.9, 0],
      [-179.9, 0],
      [-179.9, 1],
    ];
    expect(finishedRing(ring)).toEqual([...ring, ring[0]]);
  });
});
