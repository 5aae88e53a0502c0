import { fromLonLat, transformExtent } from "ol/proj";
import type { Bbox, Geometry, LonLat } from "../project/project";

/** Between degrees and the map's Web Mercator metres, also where the antimeridian is near. */

/** The map goes on and on to the east and west, one world after the other; metres from one to the next. */
export const WORLD = 2 * 20037508.342789244;

/** Further north or south Web Mercator has nothing. */
const MOST_LATITUDE = 85.051129;

/** A place of the map in degrees; seven digits are a centimetre. */
export function lonLatOf([x = 0, y = 0]: readonly number[]): LonLat {
  return [round(wrapped((360 * x) / WORLD), 7), round(latitudeOf(y), 7)];
}

export function placeOf(place: LonLat): number[] {
  return fromLonLat([...place]);
}

/** A longitude within ±180. */
export function wrapped(longitude: number): number {
  return longitude >= -180 && longitude <= 180 ? longitude : ((((longitude + 180) % 360) + 360) % 360) - 180;
}

/** A box in degrees as an extent of the map; one across the antimeridian goes on to the east. */
export function extentOf([west, south, east, north]: Bbox): number[] {
  const top = Math.min(north, MOST_LATITUDE);
  const bottom = Math.max(south, -MOST_LATITUDE);
  return transformExtent([west, bottom, west > east ? east + 360 : east, top], "EPSG:4326", "EPSG:3857");
}

/**
 * The box between two places of the map, in any order; null where it has no width or height.
 *
 * Six digits are a decimetre, and what the page's address keeps.
 */
export function boxBetween(one: readonly number[], other: readonly number[]): Bbox | null {
  const [left, right] = ascending(one[0] ?? 0, other[0] ?? 0);
  const [bottom, top] = ascending(latitudeOf(one[1] ?? 0), latitudeOf(other[1] ?? 0));
  const south = round(Math.max(bottom, -MOST_LATITUDE), 6);
  const north = round(Math.min(top, MOST_LATITUDE), 6);
  if (south >= north) return null;
  if (right - left >= WORLD) return [-180, south, 180, north];
  const west = round(wrapped((360 * left) / WORLD), 6);
  const east = round(wrapped((360 * right) / WORLD), 6);
  if (west === east) return null;
  // The antimeridian itself is 180° to its west and -180° to its east.
  return [west === 180 ? -180 : west, south, east === -180 ? 180 : east, north];
}

/** The copy of an extent in the world that is looked at; `x` is the middle of the view. */
export function copyNear(extent: readonly number[], x: number): number[] {
  const [left = 0, bottom = 0, right = 0, top = 0] = extent;
  const shift = WORLD * Math.round((x - (left + right) / 2) / WORLD);
  return [left + shift, bottom, right + shift, top];
}

/** A geometry whose outline does not leap around the world where it crosses the antimeridian. */
export function unbroken(geometry: Geometry): Geometry {
  if (geometry.type === "Point") return geometry;
  return { type: "Polygon", coordinates: geometry.coordinates.map(followed) };
}

/**
 * The ring that somebody has drawn, closed; null where it has no area.
 *
 * A double click leaves the same corner twice, and is one.
 */
export function finishedRing(drawn: readonly LonLat[]): LonLat[] | null {
  const ring = drawn.filter((corner, at) => at === 0 || !isSame(corner, drawn[at - 1]));
  while (ring.length > 1 && isSame(ring[0], ring.at(-1))) ring.pop();
  const first = ring[0];
  if (!first || ring.length < 3) return null;
  const path = followed(ring);
  const area = path.reduce((sum, [x, y], at) => {
    const [toX, toY] = path[(at + 1) % path.length] ?? [x, y];
    return sum + x * toY - toX * y;
  }, 0);
  return area === 0 ? null : [...ring, first];
}

function followed(ring: readonly LonLat[]): LonLat[] {
  let before = ring[0]?.[0] ?? 0;
  return ring.map(([lon, lat]) => {
    before = lon + 360 * Math.round((before - lon) / 360);
    return [before, lat];
  });
}

function latitudeOf(y: number): number {
  return (360 / Math.PI) * Math.atan(Math.exp((2 * Math.PI * y) / WORLD)) - 90;
}

const ascending = (one: number, other: number): [number, number] =>
  one <= other ? [one, other] : [other, one];

const isSame = (one: LonLat | undefined, other: LonLat | undefined): boolean =>
  one?.[0] === other?.[0] && one?.[1] === other?.[1];

/** Zero has no sign. */
const round = (value: number, digits: number): number => Number(value.toFixed(digits)) + 0;
