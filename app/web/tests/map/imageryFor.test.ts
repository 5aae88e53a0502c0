import { expect, it } from "vitest";
import type { Imagery } from "../../src/api/types";
import { imageryFor } from "../../src/map/imageryFor";
import type { Bbox } from "../../src/project/project";

const image = (name: string, bbox: Bbox): Imagery => ({ name, kind: "file", sensor: null, bbox });
const CATALOGUE: Imagery = { name: "catalogue", kind: "catalogue", sensor: null };

it("takes the image that a box lies on", () => {
  const imageries = [CATALOGUE, image("far", [50, 50, 51, 51]), image("here", [0, 0, 2, 2])];
  expect(imageryFor([1, 1, 3, 3], imageries)).toBe("here");
});

it("takes the catalogue where there is no image, and anything before nothing", () => {
  expect(imageryFor([1, 1, 3, 3], [image("far", [50, 50, 51, 51]), CATALOGUE])).toBe("catalogue");
  expect(imageryFor([1, 1, 3, 3], [image("far", [50, 50, 51, 51])])).toBe("far");
  expect(imageryFor([1, 1, 3, 3], [])).toBeNull();
});

it("knows boxes over the antimeridian", () => {
  const imageries = [CATALOGUE, image("fiji", [179, -18, -179, -16])];
  expect(imageryFor([-179.5, -17, -178, -16], imageries)).toBe("fiji");
  expect(imageryFor([178, -17, 179.5, -16], imageries)).toBe("fiji");
  expect(imageryFor([-1, -17, 1, -16], imageries)).toBe("catalogue");
});
