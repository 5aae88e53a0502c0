import { effect, signal } from "@preact/signals";
import type OlMap from "ol/Map";
import { extentOf, lonLatOf, placeOf, WORLD } from "./places";
import { view, wantedBox, wantedPlace } from "./view";

/** The middle of the view in the map's metres, west to east; in which of the worlds it lies can be told from it. */
export const middleX = signal(0);

const LEAST_ZOOM = 12;
const CLOSE = 14;

/** Let the map go where it is wished, and the page's state know where it is. */
export function followView(map: OlMap): () => void {
  let own = view.peek();
  const moved = (): void => {
    const center = map.getView().getCenter();
    const zoom = map.getView().getZoom();
    if (!center || zoom === undefined) return;
    const [lon, lat] = lonLatOf(center);
    middleX.value = center[0] ?? 0;
    own = [zoom, lat, lon];
    view.value = own;
  };
  map.on("moveend", moved);
  // The address is read when the map is there already: what it says is gone to, and what the map itself says is not.
  const go = ([zoom, lat, lon]: readonly [number, number, number]): void => {
    map.getView().setZoom(zoom);
    map.getView().setCenter(placeOf([lon, lat]));
  };
  if (own) go(own);
  const endView = effect(() => {
    const wanted = view.value;
    if (wanted && wanted !== own) go(wanted);
  });
  const endBox = effect(() => {
    const box = wantedBox.value;
    if (!box) return;
    wantedBox.value = null;
    map.getView().fit(extentOf(box), { padding: [24, 24, 24, 24], maxZoom: 17 });
  });
  const endPlace = effect(() => {
    const place = wantedPlace.value;
    if (!place) return;
    wantedPlace.value = null;
    const [x = 0, y = 0] = placeOf(place);
    map.getView().setCenter([x + WORLD * Math.round((middleX.peek() - x) / WORLD), y]);
    if ((map.getView().getZoom() ?? 0) < LEAST_ZOOM) map.getView().setZoom(CLOSE);
  });
  return () => {
    map.un("moveend", moved);
    endView();
    endBox();
    endPlace();
  };
}

/** Milliseconds of a movement of the map; none for those who want none. */
export function pace(milliseconds: number): number {
  return matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : milliseconds;
}
