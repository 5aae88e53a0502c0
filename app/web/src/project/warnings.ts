import { cornersOf } from "./boxes";
import type { Label, LandClass, LonLat } from "./project";
import { METRES_PER_DEGREE } from "./regions";

/**
 * What may keep labels from making a good map, before the server has looked at them. What it will not take it says
 * itself, label by label (`follow/faults.ts`).
 */
export type Warning =
  | { readonly kind: "empty"; readonly classId: string }
  | { readonly kind: "few"; readonly classId: string; readonly count: number; readonly isEnough: boolean }
  | { readonly kind: "uneven"; readonly most: Counted; readonly least: Counted }
  | { readonly kind: "together"; readonly pairs: readonly Pair[] }
  | { readonly kind: "contradiction"; readonly pairs: readonly Pair[] };

export interface Counted {
  readonly classId: string;
  readonly count: number;
}

/** Two labels by their ids, the later one second. */
export type Pair = readonly [string, string];

/** Below two labels a class cannot be checked by leaving one out; below five, more help much. */
const CHECKABLE = 2;
const GOOD = 5;

/** Beyond this, and with many labels, the class with fewer is easily lost. */
const UNEVEN = 10;

export function labelWarnings(
  labels: readonly Label[],
  classes: readonly LandClass[],
  metres: number | null,
): Warning[] {
  const counts = countsOf(labels);
  const counted = classes.map((entry) => ({ classId: entry.id, count: counts.get(entry.id) ?? 0 }));
  const warnings: Warning[] = [];
  if (labels.length > 0) {
    for (const { classId, count } of counted) {
      if (count === 0) warnings.push({ kind: "empty", classId });
      else if (count < GOOD) warnings.push({ kind: "few", classId, count, isEnough: count >= CHECKABLE });
    }
  }
  const present = counted.filter(({ count }) => count > 0).toSorted((one, other) => other.count - one.count);
  const [most, least] = [present[0], present.at(-1)];
  if (most && least && most.count >= UNEVEN * least.count && most.count >= 2 * UNEVEN) {
    warnings.push({ kind: "uneven", most, least });
  }
  const { together, contradictions } = meetings(labels, metres);
  if (contradictions.length > 0) warnings.push({ kind: "contradiction", pairs: contradictions });
  if (together.length > 0) warnings.push({ kind: "together", pairs: together });
  return warnings;
}

export function countsOf(labels: readonly Label[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { classId } of labels) counts.set(classId, (counts.get(classId) ?? 0) + 1);
  return counts;
}

/** Labels that are on top of each other: of one class, or of two; each label is named once, with the first it meets. */
function meetings(
  labels: readonly Label[],
  metres: number | null,
): { together: Pair[]; contradictions: Pair[] } {
  const together: Pair[] = [];
  const contradictions: Pair[] = [];
  const points = labels.flatMap((label) =>
    label.geometry.type === "Point" ? [{ label, place: label.geometry.coordinates }] : [],
  );
  if (metres) {
    for (const [one, other] of closePairs(points, metres)) {
      (one.classId === other.classId ? together : contradictions).push([one.id, other.id]);
    }
  }
  const byLon = points.toSorted((one, other) => one.place[0] - other.place[0]);
  for (const area of labels) {
    if (area.geometry.type !== "Polygon") continue;
    const ring = cornersOf(area.geometry);
    const lons = ring.map(([lon]) => lon);
    const [west, east] = [Math.min(...lons), Math.max(...lons)];
    for (let at = firstFrom(byLon, west); at < byLon.length; at++) {
      const point = byLon[at];
      if (!point || point.place[0] > east) break;
      if (point.label.classId !== area.classId && isWithin(point.place, area.geometry.coordinates)) {
        contradictions.push([area.id, point.label.id]);
      }
    }
  }
  return { together, contradictions };
}

interface Placed {
  readonly label: Label;
  readonly place: LonLat;
}

/**
 * Points less than a pixel apart: each later one with one before it, of another class if there is such a one.
 *
 * Cells of a pixel's size keep it linear.
 */
function closePairs(points: readonly Placed[], metres: number): [Label, Label][] {
  // One scale for all, of the point next to a pole: cells are a pixel wide there, and wider elsewhere.
  const scale = points.reduce((least, { place }) => Math.min(least, Math.cos((place[1] * Math.PI) / 180)), 1);
  const cellOf = ([lon, lat]: LonLat): [number, number] => [
    Math.floor((lon * METRES_PER_DEGREE * scale) / metres),
    Math.floor((lat * METRES_PER_DEGREE) / metres),
  ];
  const cells = new Map<string, Placed[]>();
  const pairs: [Label, Label][] = [];
  for (const point of points) {
    const [column, row] = cellOf(point.place);
    const near: Label[] = [];
    for (let dx = -1; dx <= 1; dx++) {
      for (let dy = -1; dy <= 1; dy++) {
        for (const other of cells.get(`${column + dx} ${row + dy}`) ?? []) {
          if (distance(other.place, point.place) < metres) near.push(other.label);
        }
      }
    }
    const met = near.find(({ classId }) => classId !== point.label.classId) ?? near[0];
    if (met) pairs.push([met, point.label]);
    const cell = cells.get(`${column} ${row}`);
    if (!cell) cells.set(`${column} ${row}`, [point]);
    else if (cell.length < MOST_IN_CELL) cell.push(point);
  }
  return pairs;
}

/** Points of a cell that others are compared with: thousands in one pixel must not take seconds. */
const MOST_IN_CELL = 16;

function distance(one: LonLat, other: LonLat): number {
  const scale = Math.cos((((one[1] + other[1]) / 2) * Math.PI) / 180);
  return METRES_PER_DEGREE * Math.hypot((one[0] - other[0]) * scale, one[1] - other[1]);
}

function firstFrom(points: readonly Placed[], lon: number): number {
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.place[0] ?? 0) < lon) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a place lies within an outline, and in none of its holes: a line from it crosses them an odd number of times. */
function isWithin([lon, lat]: LonLat, rings: readonly (readonly LonLat[])[]): boolean {
  let isOdd = false;
  for (const ring of rings) {
    for (let index = 1; index < ring.length; index++) {
      const [a, b] = [ring[index - 1], ring[index]];
      if (!a || !b || a[1] > lat === b[1] > lat) continue;
      if (lon < a[0] + ((b[0] - a[0]) * (lat - a[1])) / (b[1] - a[1])) isOdd = !isOdd;
    }
  }
  return isOdd;
}
