import LineString from "ol/geom/LineString";
import Polygon from "ol/geom/Polygon";
import { describe, expect, it } from "vitest";
import { labelStyle } from "../../src/map/labelStyles";
import { fromMap, LabelLayer, toMap } from "../../src/map/labels";
import { placeOf } from "../../src/map/places";
import { withLabelMoved, withoutLabels } from "../../src/project/edits";
import type { Geometry, Project } from "../../src/project/project";

const POINT: Geometry = { type: "Point", coordinates: [-8.9770472, 49.9988672] };
const FIELD: Geometry = {
  type: "Polygon",
  coordinates: [
    [
      [179.9, 0],
      [-179.9, 0],
      [-179.9, 1],
      [179.9, 0],
    ],
  ],
};

describe("geometries", () => {
  it("come back from the map as they were", () => {
    for (const geometry of [POINT, FIELD]) expect(fromMap(toMap(geometry))).toEqual(geometry);
  });

  it("are nothing where they have no area, or are neither points nor polygons", () => {
    const line = [
      [0, 0],
      [1, 1],
      [0, 0],
    ] as const;
    expect(fromMap(new Polygon([line.map((place) => placeOf(place))]))).toBeNull();
    expect(fromMap(new LineString([placeOf([0, 0]), placeOf([1, 1])]))).toBeNull();
    expect(fromMap(undefined)).toBeNull();
  });
});

describe("the layer of labels", () => {
  const project: Project = {
    region: null,
    classes: [{ id: "w", value: 1, name: "water", color: "#0064C8" }],
    labels: [
      { id: "a", classId: "w", geometry: POINT },
      { id: "b", classId: "w", geometry: FIELD },
    ],
  };

  it("touches only what differs", () => {
    const layer = new LabelLayer();
    layer.show(project, new Map(), new Set());
    const [a, b] = [layer.feature("a"), layer.feature("b")];
    const place = b?.getGeometry();
    const moved = withLabelMoved(project, "a", { type: "Point", coordinates: [1, 2] });
    layer.show(moved, new Map(), new Set());
    expect(layer.feature("a")).toBe(a);
    expect(fromMap(a?.getGeometry())).toEqual({ type: "Point", coordinates: [1, 2] });
    expect(layer.feature("b")?.getGeometry()).toBe(place);
    layer.show(withoutLabels(moved, new Set(["a"])), new Map(), new Set());
    expect(layer.source.getFeatures()).toEqual([b]);
  });

  it("has those that are selected ready to be moved, as long as they are there", () => {
    const layer = new LabelLayer();
    layer.show(project, new Map(), new Set(["a", "b"]));
    expect(layer.chosen.getArray()).toEqual([layer.feature("a"), layer.feature("b")]);
    layer.show(project, new Map(), new Set(["b"]));
    expect(layer.chosen.getArray()).toEqual([layer.feature("b")]);
  });
});

it("makes each look once, and tells a label that is selected or left out from others", () => {
  expect(labelStyle("#0064C8", false, false)).toBe(labelStyle("#0064C8", false, false));
  expect(labelStyle("#0064C8", true, false)).not.toBe(labelStyle("#0064C8", false, false));
  expect(labelStyle("#0064C8", false, true).length).toBeGreaterThan(
    labelStyle("#0064C8", false, false).length,
  );
});
