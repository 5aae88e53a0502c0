import Feature from "ol/Feature";
import type Geometry from "ol/geom/Geometry";
import VectorSource from "ol/source/Vector";
import { describe, expect, it } from "vitest";
import { labelAt } from "../../src/map/hits";
import { toMap } from "../../src/map/labels";
import { placeOf, WORLD } from "../../src/map/places";
import type { LonLat, Geometry as Place } from "../../src/project/project";

function sourceOf(labels: Record<string, Place>): VectorSource {
  const features = Object.entries(labels).map(([id, geometry]) => {
    const feature = new Feature<Geometry>(toMap(geometry));
    feature.setId(id);
    return feature;
  });
  return new VectorSource({ features });
}

const point = (...coordinates: LonLat): Place => ({ type: "Point", coordinates });
const square = (west: number, south: number, size: number): Place => ({
  type: "Polygon",
  coordinates: [
    [
      [west, south],
      [west + size, south],
      [west + size, south + size],
      [west, south + size],
      [west, south],
    ],
  ],
});
/** About ten metres at the equator. */
const NEAR = 0.0001;
const REACH = 20;

describe("labelAt", () => {
  it("finds a point within reach, and nothing beyond", () => {
    const source = sourceOf({ here: point(1, 1) });
    expect(labelAt(source, placeOf([1 + NEAR, 1]), REACH)).toBe("here");
    expect(labelAt(source, placeOf([1 + 3 * NEAR, 1]), REACH)).toBeNull();
  });

  it("finds the nearer of two points", () => {
    const source = sourceOf({ far: point(1, 1), near: point(1 + 1.5 * NEAR, 1) });
    expect(labelAt(source, placeOf([1 + NEAR, 1]), REACH)).toBe("near");
  });

  it("finds a polygon by its inside, and a point that lies in it before it", () => {
    const source = sourceOf({ dot: point(1.5, 1.5), field: square(1, 1, 1) });
    expect(labelAt(source, placeOf([1.2, 1.2]), REACH)).toBe("field");
    expect(labelAt(source, placeOf([1.5 + NEAR, 1.5]), REACH)).toBe("dot");
  });

  it("finds a label in every copy of the world", () => {
    const source = sourceOf({ here: point(1, 1) });
    const [x = 0, y = 0] = placeOf([1, 1]);
    expect(labelAt(source, [x + WORLD, y], REACH)).toBe("here");
    expect(labelAt(source, [x - 2 * WORLD, y], REACH)).toBe("here");
  });

  it("finds a polygon on both sides of the antimeridian", () => {
    const crossing: Place = {
      type: "Polygon",
      coordinates: [
        [
          [179.9, 0],
          [-179.9, 0],
          [-179.9, 1],
          [179.9, 1],
          [179.9, 0],
        ],
      ],
    };
    const source = sourceOf({ crossing });
    expect(labelAt(source, placeOf([179.95, 0.5]), REACH)).toBe("crossing");
    expect(labelAt(source, placeOf([-179.95, 0.5]), REACH)).toBe("crossing");
    expect(labelAt(source, placeOf([0, 0.5]), REACH)).toBeNull();
  });
});
