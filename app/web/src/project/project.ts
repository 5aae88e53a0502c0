/** West, south, east, north in degrees; west > east crosses the antimeridian. */
export type Bbox = readonly [number, number, number, number];

/** Longitude, latitude in degrees. */
export type LonLat = readonly [number, number];

export interface Point {
  readonly type: "Point";
  readonly coordinates: LonLat;
}

/** The outer ring first, each ring closed. */
export interface Polygon {
  readonly type: "Polygon";
  readonly coordinates: readonly (readonly LonLat[])[];
}

export type Geometry = Point | Polygon;

export type Steps = "month" | "season" | "all";

/** What is mapped: imagery of the server by its name; null: all of an image. */
export interface Region {
  readonly imagery: string;
  readonly bbox: Bbox | null;
  readonly start: string | null;
  readonly end: string | null;
  readonly steps: Steps | null;
}

export interface LandClass {
  /** Of this page; stays while the class is renamed. */
  readonly id: string;
  /** In the GeoTIFF, 1 to 254. */
  readonly value: number;
  readonly name: string;
  /** As `#RRGGBB`. */
  readonly color: string;
}

export interface Label {
  readonly id: string;
  readonly classId: string;
  readonly geometry: Geometry;
}

/** All that a user has said; never changed, only replaced. */
export interface Project {
  readonly region: Region | null;
  readonly classes: readonly LandClass[];
  readonly labels: readonly Label[];
}

export const EMPTY: Project = { region: null, classes: [], labels: [] };

/** A name that nothing else has; short, because projects have hundreds of them. */
export function newId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(36).padStart(2, "0"))
    .join("")
    .slice(0, 12);
}
