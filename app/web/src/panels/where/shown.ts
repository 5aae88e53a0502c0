import { boxBetween, placeOf, WORLD } from "../../map/places";
import { view } from "../../map/view";
import type { Bbox } from "../../project/project";

/** The box that the map shows; null as long as there is no map. */
export function shownBox(): Bbox | null {
  const map = document.querySelector(".map");
  if (!map || !view.value) return null;
  return boxOfView(view.value, map.clientWidth, map.clientHeight);
}

/** A view (zoom, latitude, longitude of its middle) of so many pixels, in degrees. */
export function boxOfView(
  [zoom, lat, lon]: readonly [number, number, number],
  width: number,
  height: number,
): Bbox | null {
  const metres = WORLD / 256 / 2 ** zoom;
  const [x = 0, y = 0] = placeOf([lon, lat]);
  const [dx, dy] = [(width * metres) / 2, (height * metres) / 2];
  return boxBetween([x - dx, y - dy], [x + dx, y + dy]);
}
