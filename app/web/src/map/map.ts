import { effect } from "@preact/signals";
import { defaults as defaultControls, ScaleLine } from "ol/control";
import OlMap from "ol/Map";
import View from "ol/View";
import { labelFaults } from "../follow/follow";
import { project, selected } from "../state";
import { showBackdrop } from "./backdrop";
import { followView } from "./going";
import { movements } from "./interactions";
import { LabelLayer } from "./labels";
import { marks } from "./marks";
import { clip, pictureLayer, showImagery, showPrediction, tendTiles } from "./pictureLayers";

export { EDITED, FOLLOWED } from "./measure";
export { regionBox } from "./pictureLayers";
export { extentOf } from "./places";

/** The map and its layers, for what is drawn on it (`drawing.ts`). */
export interface MapParts {
  readonly map: OlMap;
  /** What the map is drawn in, and what has the focus when the keyboard is for the map. */
  readonly target: HTMLElement;
  readonly labels: LabelLayer;
}

/** Build the map in `target`, and let it follow the page's state until the function that comes with it is called. */
export function startMap(target: HTMLElement): { parts: MapParts; stop: () => void } {
  const underlay = pictureLayer(10);
  const prediction = pictureLayer(20);
  const lines = marks();
  const labels = new LabelLayer();
  const map = new OlMap({
    target,
    layers: [underlay.layer, prediction.layer, ...lines.layers, labels.layer],
    view: new View({ center: [0, 0], zoom: 2, maxZoom: 20, enableRotation: false }),
    controls: defaultControls({ rotate: false, zoom: false, attribution: false }).extend([new ScaleLine()]),
    interactions: movements(),
  });
  const stops = [
    followView(map),
    showBackdrop(map),
    showImagery(underlay),
    showPrediction(map, prediction),
    tendTiles(map, [underlay, prediction]),
    effect(() => labels.show(project.value, labelFaults.value, selected.value)),
    lines.follow(),
    clip(map, prediction),
  ];
  return {
    parts: { map, target, labels },
    stop: () => {
      for (const end of stops) end();
      map.setTarget(undefined);
      map.dispose();
    },
  };
}
