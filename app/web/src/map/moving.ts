import { primaryAction } from "ol/events/condition";
import Modify from "ol/interaction/Modify";
import { geometryKey } from "../follow/operations";
import { withLabelMoved } from "../project/edits";
import type { Geometry } from "../project/project";
import { edit, project } from "../state";
import { fromMap, type LabelLayer, toMap } from "./labels";
import { markEdit } from "./measure";
import { SKETCH } from "./sketchStyle";

/** Labels that are selected can be dragged: points as they are, polygons by their corners. */
export function movingOf(labels: LabelLayer): Modify {
  const interaction = new Modify({
    features: labels.chosen,
    condition: primaryAction,
    pixelTolerance: 12,
    style: SKETCH,
  });
  interaction.on("modifyend", ({ features }) => {
    const places = features
      .getArray()
      .map((feature) => [String(feature.getId()), fromMap(feature.getGeometry())] as const);
    moveLabels(new Map(places), labels);
  });
  return interaction;
}

/** All that are moved at once are one edit; an outline of which nothing is left goes back. */
export function moveLabels(places: ReadonlyMap<string, Geometry | null>, labels: LabelLayer): void {
  const moved: [string, Geometry][] = [];
  for (const label of project.value.labels) {
    const place = places.get(label.id);
    if (place === null) labels.feature(label.id)?.setGeometry(toMap(label.geometry));
    else if (place && geometryKey({ ...label, geometry: place }) !== geometryKey(label)) {
      moved.push([label.id, place]);
    }
  }
  if (moved.length === 0) return;
  markEdit();
  edit((before) => moved.reduce((after, [id, place]) => withLabelMoved(after, id, place), before));
}
