import type { Label, LandClass, Project, Region } from "../project/project";
import { askJson, query } from "./client";
import type { AdaptRequest, Corrected, Feature, FeatureCollection, ServerClass, Version } from "./types";

/** A region as the server's requests have it. */
export function regionFields(region: Region): Omit<AdaptRequest, "labels" | "legend"> {
  return {
    imagery: region.imagery,
    ...(region.bbox ? { bbox: region.bbox } : {}),
    ...(region.start ? { start: region.start } : {}),
    ...(region.end ? { end: region.end } : {}),
    ...(region.steps ? { steps: region.steps } : {}),
  };
}

export function legendOf(classes: readonly LandClass[]): ServerClass[] {
  return classes.map(({ value, name, color }) => ({ value, name, title: titleOf(name), color }));
}

/** Names of classes begin with a capital where people read them. */
export function titleOf(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

export function featureOf(label: Label, className: string): Feature {
  return { type: "Feature", properties: { class: className }, geometry: label.geometry };
}

export function requestOf(project: Project, labels: readonly Label[]): AdaptRequest {
  if (!project.region) throw new Error("a request needs a region");
  const names = new Map(project.classes.map((entry) => [entry.id, entry.name]));
  return {
    ...regionFields(project.region),
    legend: legendOf(project.classes),
    labels: {
      type: "FeatureCollection",
      features: labels.map((label) => featureOf(label, names.get(label.classId) ?? "")),
    },
  };
}

export type Operation =
  | { op: "add"; feature: Feature }
  | { op: "move"; label: number; geometry: Label["geometry"] }
  | { op: "class"; label: number; class: string }
  | { op: "remove"; label: number };

export interface Corrections {
  operations: Operation[];
  legend?: ServerClass[];
  base_version: number;
}

/** One label at fault stops nothing: the server goes on without it, and says so (`left_out`). */
const LENIENT = { prefer: "handling=lenient" };

export const adaptTo = (request: AdaptRequest, signal?: AbortSignal): Promise<Corrected> =>
  askJson("adaptations", { json: request, headers: LENIENT, ...(signal ? { signal } : {}) });

export const correct = (id: string, corrections: Corrections, signal?: AbortSignal): Promise<Corrected> =>
  askJson(`adaptations/${id}/labels`, {
    json: corrections,
    headers: LENIENT,
    ...(signal ? { signal } : {}),
  });

export const versionOf = (id: string, version?: number): Promise<Version> =>
  askJson(version ? `adaptations/${id}/versions/${version}` : `adaptations/${id}`);

export const labelsOf = (id: string, version?: number): Promise<FeatureCollection> =>
  askJson(`adaptations/${id}/labels${query({ version: version ?? null })}`);

export const restore = (id: string, version: number): Promise<Corrected> =>
  askJson(`adaptations/${id}/versions/${version}/restore`, { method: "POST" });
