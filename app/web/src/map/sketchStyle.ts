import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";

/** What is being drawn: a light line with a dark edge, and a dot where the next corner would be. */
export const SKETCH: Style[] = [
  new Style({
    fill: new Fill({ color: "rgba(255,255,255,0.25)" }),
    stroke: new Stroke({ color: "#000", width: 5 }),
    image: new CircleStyle({ radius: 7, fill: new Fill({ color: "#000" }) }),
  }),
  new Style({
    stroke: new Stroke({ color: "#ffd400", width: 2.5 }),
    image: new CircleStyle({ radius: 5, fill: new Fill({ color: "#ffd400" }) }),
  }),
];
