import { describe, expect, test } from "vitest";
import type { Label, LandClass } from "../../src/project/project";
import { labelWarnings } from "../../src/project/warnings";

const WATER: LandClass = { id: "water", name: "water", value: 80, color: "#0064C8" };
const CROPS: LandClass = { id: "crops", name: "crops", value: 40, color: "#F096FF" };
const BOTH = [WATER, CROPS];
const METRE = 1 / 111_320;

let made = 0;
function point(entry: LandClass, lon: number, lat: number): Label {
  made += 1;
  return { id: `l${made}`, classId: entry.id, geometry: { type: "Point", coordinates: [lon, lat] } };
}

function square(entry: LandClass, lon: number, lat: number, side: number): Label {
  const ring = [
    [lon, lat],
    [lon + side, lat],
    [lon + side, lat + side],
    [lon, lat + side],
    [lon, lat],
  ] as const;
  made += 1;
  return { id: `l${made}`, classId: entry.id, geometry: { type: "Polygon", coordinates: [ring] } };
}

/** So many labels a kilometre apart. */
const row = (entry: LandClass, count: number, lat: number): Label[] =>
  Array.from({ length: count }, (_, index) => point(entry, index * 0.01, lat));

const kinds = (labels: readonly Label[], metres: number | null = 10) =>
  labelWarnings(labels, BOTH, metres).map(({ kind }) => kind);

describe("how many labels a class has", () => {
  test("is no matter before there are any", () => {
    expect(kinds([])).toEqual([]);
  });

  test("is enough from five on", () => {
    expect(kinds([...row(WATER, 5, 0), ...row(CROPS, 5, 1)])).toEqual([]);
  });

  test("is said for a class with none, with one, and with some", () => {
    expect(labelWarnings(row(WATER, 1, 0), BOTH, 10)).toEqual([
      { kind: "few", classId: "water", count: 1, isEnough: false },
      { kind: "empty", classId: "crops" },
    ]);
    expect(labelWarnings([...row(WATER, 4, 0), ...row(CROPS, 5, 1)], BOTH, 10)).toEqual([
      { kind: "few", classId: "water", count: 4, isEnough: true },
    ]);
  });

  test("is uneven where one class has ten times as many, and many", () => {
    expect(labelWarnings([...row(WATER, 50, 0), ...row(CROPS, 5, 1)], BOTH, 10)).toEqual([
      { kind: "uneven", most: { classId: "water", count: 50 }, least: { classId: "crops", count: 5 } },
    ]);
    expect(kinds([...row(WATER, 49, 0), ...row(CROPS, 5, 1)])).toEqual([]);
  });
});

describe("labels on top of each other", () => {
  const plenty = [...row(WATER, 5, 0), ...row(CROPS, 5, 1)];

  test("of one class count once, of two they contradict each other", () => {
    const one = point(WATER, 5, 50);
    const same = point(WATER, 5, 50 + 9 * METRE);
    const other = point(CROPS, 5.1, 50);
    const against = point(WATER, 5.1, 50);
    expect(labelWarnings([...plenty, one, same, other, against], BOTH, 10)).toEqual([
      { kind: "contradiction", pairs: [[other.id, against.id]] },
      { kind: "together", pairs: [[one.id, same.id]] },
    ]);
  });

  test("are those less than a pixel of this imagery apart", () => {
    const labels = [...plenty, point(WATER, 5, 50), point(CROPS, 5, 50 + 20 * METRE)];
    expect(kinds(labels, 10)).toEqual([]);
    expect(kinds(labels, 30)).toEqual(["contradiction"]);
    expect(kinds(labels, null)).toEqual([]);
  });

  test("are found far from Greenwich, where degrees of longitude are short", () => {
    const east = 8 * METRE;
    for (const [lon, lat] of [
      [179, 70],
      [-150, -50],
      [7, 0],
    ] as const) {
      const apart = (dx: number, dy: number): string[] =>
        kinds(
          [
            ...plenty,
            point(WATER, lon, lat),
            point(CROPS, lon + dx / Math.cos((lat * Math.PI) / 180), lat + dy),
          ],
          10,
        );
      expect(apart(east, 0)).toEqual(["contradiction"]);
      expect(apart(0, east)).toEqual(["contradiction"]);
      expect(apart(-east / 2, -east / 2)).toEqual(["contradiction"]);
      expect(apart(2 * east, 0)).toEqual([]);
    }
  });

  test("a third one is held against that of the other class", () => {
    const [one, two, three] = [point(WATER, 5, 50), point(CROPS, 5, 50), point(WATER, 5, 50)];
    expect(labelWarnings([...plenty, one, two, three], BOTH, 10)).toEqual([
      {
        kind: "contradiction",
        pairs: [
          [one.id, two.id],
          [two.id, three.id],
        ],
      },
    ]);
  });

  test("a point in an area of another class contradicts it, in its hole it does not", () => {
    const area = square(WATER, 10, 10, 1);
    const inside = point(CROPS, 10.5, 10.5);
    expect(labelWarnings([...plenty, area, inside], BOTH, 10)).toEqual([
      { kind: "contradiction", pairs: [[area.id, inside.id]] },
    ]);
    expect(kinds([...plenty, area, point(WATER, 10.5, 10.5)])).toEqual([]);
    expect(kinds([...plenty, area, point(CROPS, 11.5, 10.5)])).toEqual([]);
    const hole = [
      [10.4, 10.4],
      [10.6, 10.4],
      [10.6, 10.6],
      [10.4, 10.4],
    ] as const;
    if (area.geometry.type !== "Polygon") throw new Error("it is an area");
    const holed = {
      ...area,
      geometry: { ...area.geometry, coordinates: [...area.geometry.coordinates, hole] },
    };
    expect(kinds([...plenty, holed, point(CROPS, 10.55, 10.45)])).toEqual([]);
  });

  test("thousands are looked through in a moment, all in one pixel too", () => {
    const many = Array.from({ length: 5000 }, () => point(WATER, 5, 50));
    const begun = performance.now();
    labelWarnings([...many, ...row(CROPS, 2000, 1)], BOTH, 10);
    expect(performance.now() - begun).toBeLessThan(500);
  });
});
