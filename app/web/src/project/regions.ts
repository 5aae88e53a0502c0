import type { Imagery } from "../api/types";
import { isInside, shared } from "./boxes";
import type { Bbox, LonLat, Region } from "./project";

/** Of a catalogue a request says where and when; an image has the place and the dates that it has. */
export function isCatalogue(entry: Pick<Imagery, "kind">): boolean {
  return entry.kind !== "file" && entry.kind !== "simulated";
}

/** The region that begins with imagery: of what was chosen before stays what fits it. */
export function regionOf(entry: Imagery, before: Region | null, today: Date): Region {
  const bbox = before?.bbox ?? null;
  if (!isCatalogue(entry)) {
    const fits = bbox && (!entry.bbox || shared(bbox, entry.bbox));
    return { imagery: entry.name, bbox: fits ? bbox : null, start: null, end: null, steps: null };
  }
  const period = before?.start && before.end ? { start: before.start, end: before.end } : usualPeriod(today);
  return { imagery: entry.name, bbox, ...period, steps: before?.steps ?? null };
}

/** The twelve whole months before this one: all seasons, and nothing that is still to come. */
export function usualPeriod(today: Date): { start: string; end: string } {
  const [year, month] = [today.getUTCFullYear(), today.getUTCMonth()];
  const iso = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(0, 10);
  return { start: iso(Date.UTC(year - 1, month, 1)), end: iso(Date.UTC(year, month, 0)) };
}

export type PeriodFault = "start" | "end" | "backwards" | "future" | "long";

/** What is wrong with two days (`2025-06-30`, or empty) as a period; null: nothing. The server checks the same. */
export function periodFault(
  start: string,
  end: string,
  today: Date,
  mostDays = Number.POSITIVE_INFINITY,
): PeriodFault | null {
  const [from, until] = [Date.parse(start), Date.parse(end)];
  if (Number.isNaN(from)) return "start";
  if (Number.isNaN(until)) return "end";
  if (from > until) return "backwards";
  // East of Greenwich it is tomorrow already.
  if (until > today.getTime() + DAY) return "future";
  return (until - from) / DAY + 1 > mostDays ? "long" : null;
}

const DAY = 86_400_000;

/** What a plan still needs before the server can be asked for one; null: nothing. */
export function isMissing(region: Region, entry: Imagery, hasLabels: boolean): "box" | "period" | null {
  if (!isCatalogue(entry)) return null;
  if (!region.start || !region.end) return "period";
  return region.bbox || hasLabels ? null : "box";
}

/** The imagery that shows places, at least half of them: some may be wrong. */
export function showing(imageries: readonly Imagery[], places: readonly LonLat[]): readonly Imagery[] {
  return imageries.filter(({ bbox }) => {
    const shown = bbox ? places.filter((place) => isInside(place, bbox)).length : 0;
    return shown > 0 && shown >= places.length / 2;
  });
}

/** Metres along a side of a pixel; some imagery has its pixels in degrees. */
export function pixelMetres(resolution: readonly [number, number] | undefined): number | null {
  if (!resolution) return null;
  const side = Math.max(resolution[0], resolution[1]);
  return side < 0.05 ? side * METRES_PER_DEGREE : side;
}

export const METRES_PER_DEGREE = 111_320;

/** What a region's map may be asked to show: its box, or all of its imagery. */
export function boxOf(region: Region | null, entry: Imagery | null): Bbox | null {
  return region?.bbox ?? entry?.bbox ?? null;
}
