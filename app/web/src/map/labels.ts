import Collection from "ol/Collection";
import type { FeatureLike } from "ol/Feature";
import Feature from "ol/Feature";
import Point from "ol/geom/Point";
import Polygon from "ol/geom/Polygon";
import VectorLayer from "ol/layer/Vector";
import VectorSource from "ol/source/Vector";
import type Style from "ol/style/Style";
import type { LabelFaults } from "../follow/faults";
import type { Geometry, Label, Project } from "../project/project";
import { labelStyle } from "./labelStyles";
import { finishedRing, lonLatOf, placeOf, unbroken } from "./places";

export function toMap(geometry: Geometry): Point | Polygon {
  const whole = unbroken(geometry);
  if (whole.type === "Point") return new Point(placeOf(whole.coordinates));
  return new Polygon(whole.coordinates.map((ring) => ring.map(placeOf)));
}

/** Back to degrees; null where nothing is left of an outline. */
export function fromMap(geometry: unknown): Geometry | null {
  if (geometry instanceof Point) return { type: "Point", coordinates: lonLatOf(geometry.getCoordinates()) };
  if (!(geometry instanceof Polygon)) return null;
  const [outer, ...holes] = geometry.getCoordinates().map((ring) => finishedRing(ring.map(lonLatOf)));
  if (!outer) return null;
  return { type: "Polygon", coordinates: [outer, ...holes.filter((ring) => ring !== null)] };
}

/** The labels as a layer; `show` makes it like a project and touches only what differs. */
export class LabelLayer {
  readonly source = new VectorSource();
  readonly layer = new VectorLayer({
    source: this.source,
    style: (feature) => this.styleOf(feature),
    zIndex: 30,
  });
  /** Those that are selected. */
  readonly chosen = new Collection<Feature>();
  private readonly shown = new Map<string, Label>();
  private colors = new Map<string, string>();
  private faults: LabelFaults = new Map();
  private selected: ReadonlySet<string> = new Set();

  show(project: Project, faults: LabelFaults, selected: ReadonlySet<string>): void {
    this.colors = new Map(project.classes.map((entry) => [entry.id, entry.color]));
    this.faults = faults;
    this.selected = selected;
    const wanted = new Set(project.labels.map((label) => label.id));
    for (const id of Array.from(this.shown.keys())) {
      if (wanted.has(id)) continue;
      this.shown.delete(id);
      const gone = this.feature(id);
      if (gone) this.source.removeFeature(gone);
    }
    const added: Feature[] = [];
    for (const label of project.labels) {
      const before = this.shown.get(label.id);
      if (before === label) continue;
      this.shown.set(label.id, label);
      const there = this.feature(label.id);
      const feature = there ?? new Feature();
      feature.set("classId", label.classId, true);
      if (!before || before.geometry !== label.geometry) feature.setGeometry(toMap(label.geometry));
      if (feature === there) continue;
      feature.setId(label.id);
      added.push(feature);
    }
    if (added.length > 0) this.source.addFeatures(added);
    this.choose(selected);
    this.layer.changed();
  }

  /** What stands for a label on the map. */
  feature(id: string): Feature | null {
    const found = this.source.getFeatureById(id);
    return found instanceof Feature ? found : null;
  }

  private choose(selected: ReadonlySet<string>): void {
    for (const feature of this.chosen.getArray().slice()) {
      if (!selected.has(String(feature.getId()))) this.chosen.remove(feature);
    }
    const there = new Set(this.chosen.getArray());
    for (const id of selected) {
      const feature = this.feature(id);
      if (feature && !there.has(feature)) this.chosen.push(feature);
    }
  }

  private styleOf(feature: FeatureLike): Style[] {
    const id = String(feature.getId());
    const color = this.colors.get(String(feature.get("classId"))) ?? "#808080";
    return labelStyle(color, this.selected.has(id), this.faults.has(id));
  }
}
