import type { Coordinate } from "ol/coordinate";
import { buffer } from "ol/extent";
import type Feature from "ol/Feature";
import Point from "ol/geom/Point";
import Polygon from "ol/geom/Polygon";
import type VectorSource from "ol/source/Vector";
import { WORLD } from "./places";

/**
 * The label at a place of the map; null where there is none. Points come before the polygons that they lie in, and what
 * is nearer before what is further away.
 *
 * By geometry, and not by what was drawn, which is OpenLayers' way: that reads pixels back, and first tries for a seventh
 * of a second how browsers do that best.
 *
 * @param reach how far from a point or an outline a place may be, in the map's metres.
 */
export function labelAt(source: VectorSource, place: Coordinate, reach: number): string | null {
  const [x = 0, y = 0] = place;
  const home = x - WORLD * Math.round(x / WORLD);
  // Outlines over the antimeridian go on in the next world.
  for (const turn of [0, WORLD, -WORLD]) {
    const found = nearest(source, [home + turn, y], reach);
    if (found) return String(found.getId());
  }
  return null;
}

function nearest(source: VectorSource, place: Coordinate, reach: number): Feature | null {
  let found: Feature | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const feature of source.getFeaturesInExtent(buffer([...place, ...place], reach))) {
    const distance = distanceTo(feature, place, reach);
    if (distance > reach || distance > least) continue;
    // Of two that are as near, the later one lies on top.
    found = feature;
    least = distance;
  }
  return found;
}

/** Of points from 0 to `reach`; inside of a polygon it is `reach`, so that points and outlines there come first. */
function distanceTo(feature: Feature, place: Coordinate, reach: number): number {
  const geometry = feature.getGeometry();
  if (geometry instanceof Point) return away(geometry.getCoordinates(), place);
  if (!(geometry instanceof Polygon)) return Number.POSITIVE_INFINITY;
  if (geometry.intersectsCoordinate(place)) return reach;
  return away(geometry.getClosestPoint(place), place);
}

const away = (one: Coordinate, other: Coordinate): number =>
  Math.hypot((one[0] ?? 0) - (other[0] ?? 0), (one[1] ?? 0) - (other[1] ?? 0));
