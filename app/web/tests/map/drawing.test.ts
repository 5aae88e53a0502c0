import OlMap from "ol/Map";
import View from "ol/View";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { BoxTool } from "../../src/map/drawingBox";
import { PolygonTool } from "../../src/map/drawingPolygon";
import { placeOf } from "../../src/map/places";
import type { Bbox, Geometry } from "../../src/project/project";

let map: OlMap;

beforeEach(() => {
  map = new OlMap({ target: document.createElement("div"), view: new View({ center: [0, 0], zoom: 4 }) });
  // Nothing is drawn here, so it has to be said where places are on the screen: a kilometre is a pixel.
  vi.spyOn(map, "getPixelFromCoordinate").mockImplementation(([x = 0, y = 0]) => [x / 1000, -y / 1000]);
});

describe("a box, corner by corner", () => {
  it("is there with its second corner, and begins anew with a third", () => {
    const done = vi.fn<(box: Bbox | null) => void>();
    const box = new BoxTool(map, done);
    expect(box.corner(placeOf([11, 46]))).toBe(true);
    expect(done).not.toHaveBeenCalled();
    expect(box.corner(placeOf([10, 45]))).toBe(false);
    expect(done).toHaveBeenCalledExactlyOnceWith([10, 45, 11, 46]);
    expect(box.corner(placeOf([1, 1]))).toBe(true);
  });

  it("is forgotten where it is given up", () => {
    const done = vi.fn<(box: Bbox | null) => void>();
    const box = new BoxTool(map, done);
    box.corner(placeOf([11, 46]));
    box.giveUp();
    expect(box.isBegun).toBe(false);
    box.corner(placeOf([10, 45]));
    expect(done).not.toHaveBeenCalled();
  });
});

describe("a polygon, corner by corner", () => {
  function drawn(...corners: [number, number][]): { tool: PolygonTool; done: ReturnType<typeof vi.fn> } {
    const done = vi.fn<(geometry: Geometry | null) => void>();
    const tool = new PolygonTool(map, () => true, done);
    map.addInteraction(tool.interaction);
    for (const corner of corners) tool.corner(placeOf(corner));
    return { tool, done };
  }

  it("ends with its corners as they were set, closed", () => {
    const { tool, done } = drawn([0, 0], [2, 0], [1, 1]);
    expect(tool.corners).toHaveLength(3);
    expect(tool.finish()).toBe(true);
    expect(done).toHaveBeenCalledExactlyOnceWith({
      type: "Polygon",
      coordinates: [
        [
          [0, 0],
          [2, 0],
          [1, 1],
          [0, 0],
        ],
      ],
    });
    expect(tool.isBegun).toBe(false);
  });

  it("ends at its first corner, and at its last one again, within some pixels", () => {
    for (const again of [
      [0.05, 0],
      [1, 1.05],
    ] as const) {
      const { tool, done } = drawn([0, 0], [2, 0], [1, 1], [...again]);
      expect(tool.isBegun).toBe(false);
      expect(done.mock.calls[0]?.[0]?.coordinates[0]).toHaveLength(4);
    }
  });

  it("takes no corner twice", () => {
    expect(drawn([0, 0], [2, 0], [2, 0.05]).tool.corners).toHaveLength(2);
  });

  it("goes on where it has two corners only", () => {
    const { tool, done } = drawn([0, 0], [2, 0]);
    expect(tool.finish()).toBe(false);
    expect(tool.isBegun).toBe(true);
    expect(done).not.toHaveBeenCalled();
  });

  it("takes back corner by corner, and in the end is given up", () => {
    const { tool, done } = drawn([0, 0], [2, 0]);
    tool.stepBack();
    expect(tool.corners).toHaveLength(1);
    tool.stepBack();
    expect(tool.isBegun).toBe(false);
    expect(done).not.toHaveBeenCalled();
  });
});
