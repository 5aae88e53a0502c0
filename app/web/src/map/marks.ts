import { effect } from "@preact/signals";
import Feature from "ol/Feature";
import Point from "ol/geom/Point";
import { fromExtent } from "ol/geom/Polygon";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import CircleStyle from "ol/style/Circle";
import RegularShape from "ol/style/RegularShape";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";
import { regionBox } from "./pictureLayers";
import { extentOf, placeOf } from "./places";
import { asked } from "./view";

/** Lines on the map that are no labels: the edge of the region, and the pixel that was asked about. */
export interface Marks {
  readonly layers: readonly VectorLayer[];
  /** Follow the page's state until the function that is given back is called. */
  follow(): () => void;
}

export function marks(): Marks {
  const outline = new VectorSource();
  const question = new VectorSource();
  const showOutline = (): void => {
    outline.clear();
    const box = regionBox();
    if (box) outline.addFeature(new Feature(fromExtent(extentOf(box))));
  };
  const showAsked = (): void => {
    question.clear();
    if (asked.value) question.addFeature(new Feature(new Point(placeOf(asked.value))));
  };
  return {
    layers: [
      new VectorLayer({ source: outline, zIndex: 25, style: OUTLINE }),
      new VectorLayer({ source: question, zIndex: 40, style: QUESTION }),
    ],
    follow: () => {
      const ends = [effect(showOutline), effect(showAsked)];
      return () => {
        for (const end of ends) end();
      };
    },
  };
}

const OUTLINE = [
  new Style({ stroke: new Stroke({ color: "rgba(0,0,0,0.7)", width: 3 }) }),
  new Style({ stroke: new Stroke({ color: "#fff", width: 1.5, lineDash: [8, 6] }) }),
];

const ring = (color: string, width: number): Style =>
  new Style({ image: new CircleStyle({ radius: 12, stroke: new Stroke({ color, width }) }) });

const cross = (color: string, width: number): Style =>
  new Style({
    image: new RegularShape({ points: 4, radius: 18, radius2: 0, stroke: new Stroke({ color, width }) }),
  });

/** Dark and light, so that it is seen on any ground. */
const QUESTION = [ring("#000", 5), cross("#000", 4), ring("#fff", 2), cross("#fff", 1.5)];
