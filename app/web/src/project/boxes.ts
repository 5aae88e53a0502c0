import type { Bbox, Geometry, LonLat } from "./project";

export const SIDES = ["west", "south", "east", "north"] as const;
export type Side = (typeof SIDES)[number];

/** What is wrong with a side of a box as it was typed. */
export type SideFault = "number" | "latitude" | "longitude" | "north" | "east";

export type Typed =
  | { readonly box: Bbox; readonly faults?: undefined }
  | { readonly box?: undefined; readonly faults: Readonly<Partial<Record<Side, SideFault>>> };

/** Degrees: one across the antimeridian (west > east) that is wider was typed the wrong way round. */
const WIDEST_CROSSING = 30;

/** A box from four fields; a decimal comma is as good as a point. The server checks the same. */
export function parseSides(typed: Readonly<Record<Side, string>>): Typed {
  const faults: Partial<Record<Side, SideFault>> = {};
  const [west, south, east, north] = SIDES.map((side) => {
    const text = typed[side].trim().replace("−", "-").replace(",", ".");
    const degrees = text === "" ? Number.NaN : Number(text);
    const isLat = side === "south" || side === "north";
    if (!Number.isFinite(degrees)) faults[side] = "number";
    else if (Math.abs(degrees) > (isLat ? 90 : 180)) faults[side] = isLat ? "latitude" : "longitude";
    return degrees;
  }) as [number, number, number, number];
  if (!faults.south && !faults.north && south >= north) faults.north = "north";
  const isCrossing = west > east && (east - west + 360) % 360 <= WIDEST_CROSSING;
  if (!faults.west && !faults.east && west >= east && !isCrossing) faults.east = "east";
  return Object.keys(faults).length > 0 ? { faults } : { box: [west, south, east, north] };
}

/** The box that a map shows, whose longitudes count on beyond 180 degrees; a box over all of the world stays one. */
export function wrapped([west, south, east, north]: Bbox): Bbox {
  if (east - west >= 360) return [-180, south, 180, north];
  const turned = (lon: number): number =>
    Math.abs(lon) <= 180 ? lon : ((((lon + 180) % 360) + 360) % 360) - 180;
  return [turned(west), south, turned(east), north];
}

/** What two boxes share; null where that is nothing. */
export function shared(one: Bbox, other: Bbox): Bbox | null {
  const [west, south, east, north] = unwound(one);
  const [otherWest, otherSouth, otherEast, otherNorth] = unwound(other);
  // The same place may be counted from the other side of the antimeridian.
  for (const turn of [0, 360, -360]) {
    const box: Bbox = [
      Math.max(west, otherWest + turn),
      Math.max(south, otherSouth),
      Math.min(east, otherEast + turn),
      Math.min(north, otherNorth),
    ];
    if (box[0] < box[2] && box[1] < box[3]) return wrapped(box);
  }
  return null;
}

export function isInside([lon, lat]: LonLat, box: Bbox): boolean {
  const [west, south, east, north] = box;
  const isBetween = west <= east ? lon >= west && lon <= east : lon >= west || lon <= east;
  return isBetween && lat >= south && lat <= north;
}

/** The corners of a geometry's outline, or the point that it is. */
export function cornersOf(geometry: Geometry): readonly LonLat[] {
  return geometry.type === "Point" ? [geometry.coordinates] : (geometry.coordinates[0] ?? []);
}

/** The box around geometries; null where there are none. The antimeridian is not looked for. */
export function around(geometries: readonly Geometry[]): Bbox | null {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const geometry of geometries) {
    for (const [lon, lat] of cornersOf(geometry)) {
      west = Math.min(west, lon);
      south = Math.min(south, lat);
      east = Math.max(east, lon);
      north = Math.max(north, lat);
    }
  }
  return west <= east ? [west, south, east, north] : null;
}

/** Six digits are a tenth of a metre: as long as an address can bear. */
export function rounded(box: Bbox): Bbox {
  const [west, south, east, north] = box.map((degrees) => Number(degrees.toFixed(6)));
  return [west ?? 0, south ?? 0, east ?? 0, north ?? 0];
}

const unwound = ([west, south, east, north]: Bbox): Bbox => [
  west,
  south,
  west > east ? east + 360 : east,
  north,
];
