import { featureOf } from "../../api/adaptations";
import { query } from "../../api/client";
import type { FeatureCollection } from "../../api/types";
import type { Project } from "../../project/project";

/** One thing to take away; its words are `take.file.<id>` and `take.file.<id>.for`. */
export interface FileOffer {
  readonly id:
    "zip" | "tif" | "report" | "gpkg" | "confidence" | "qml" | "legend" | "areas" | "csv" | "labels";
  /** Below the server's address. */
  readonly path: string;
  /** For a file that the server gives no name. */
  readonly name: string;
  /**
   * `link`: the browser fetches it by itself. `tab`: it is looked at. `made`: it is made when it is asked for, which may
   * take a while or be refused, so the page fetches it and says what happens.
   */
  readonly how: "link" | "tab" | "made";
}

/** What comes of a map. */
export function mapFiles(map: string): FileOffer[] {
  const at = (id: FileOffer["id"], name: string, how: FileOffer["how"] = "link"): FileOffer => ({
    id,
    path: `maps/${map}/${name}`,
    name,
    how,
  });
  return [
    at("tif", "landcover.tif"),
    at("zip", "landcover.zip"),
    at("report", "report.html", "tab"),
    at("gpkg", "landcover.gpkg", "made"),
    at("confidence", "confidence.tif"),
    at("qml", "landcover.qml"),
    at("legend", "legend.csv"),
    { ...at("areas", "areas"), name: "areas.json" },
  ];
}

/** The labels of a version, as tables; as GeoJSON, the page has them itself. */
export function labelFiles(adaptation: string, version: number): FileOffer[] {
  const at = (id: "csv" | "labels", suffix: string): FileOffer => ({
    id,
    path: `adaptations/${adaptation}/labels.${suffix}${query({ version })}`,
    name: `labels.${suffix}`,
    how: "link",
  });
  return [at("csv", "csv"), at("labels", "gpkg")];
}

/** All labels of the page, those too that the server would not take. */
export function labelsAsGeoJson({ classes, labels }: Project): FeatureCollection {
  const names = new Map(classes.map((entry) => [entry.id, entry.name]));
  return {
    type: "FeatureCollection",
    features: labels.map((label) => featureOf(label, names.get(label.classId) ?? "")),
  };
}
