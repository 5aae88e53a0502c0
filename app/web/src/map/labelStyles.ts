import type { FeatureLike } from "ol/Feature";
import Polygon from "ol/geom/Polygon";
import CircleStyle from "ol/style/Circle";
import Fill from "ol/style/Fill";
import RegularShape from "ol/style/RegularShape";
import Stroke from "ol/style/Stroke";
import Style from "ol/style/Style";

const CHOSEN = "#ffd400";

const known = new Map<string, Style[]>();

/**
 * How a label looks: a dark and a light ring stand out on any ground, a label that is left out is crossed.
 *
 * Each look is made once, because OpenLayers asks for that of every label in every frame.
 */
export function labelStyle(color: string, isSelected: boolean, isFaulty: boolean): Style[] {
  const name = `${color} ${isSelected} ${isFaulty}`;
  let found = known.get(name);
  if (!found) {
    found = [edge(isSelected), body(color, isSelected), ...(isFaulty ? [CROSS] : [])];
    known.set(name, found);
  }
  return found;
}

function edge(isSelected: boolean): Style {
  const color = isSelected ? CHOSEN : "#000";
  return new Style({
    image: new CircleStyle({ radius: isSelected ? 11 : 8, fill: new Fill({ color }) }),
    stroke: new Stroke({ color, width: isSelected ? 6 : 4 }),
    // All of a polygon can be clicked, not its outline alone.
    fill: new Fill({ color: "rgba(255,255,255,0.01)" }),
  });
}

function body(color: string, isSelected: boolean): Style {
  return new Style({
    image: new CircleStyle({
      radius: isSelected ? 9 : 6,
      fill: new Fill({ color }),
      stroke: new Stroke({ color: "#fff", width: 2 }),
    }),
    stroke: new Stroke({ color, width: 2 }),
  });
}

const CROSS = new Style({
  image: new RegularShape({
    points: 4,
    radius: 11,
    radius2: 0,
    angle: Math.PI / 4,
    stroke: new Stroke({ color: "#fff", width: 3 }),
  }),
  geometry: middle,
});

function middle(feature: FeatureLike) {
  const geometry = feature.getGeometry();
  return geometry instanceof Polygon ? geometry.getInteriorPoint() : geometry;
}
