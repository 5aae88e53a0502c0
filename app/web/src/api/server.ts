import { askJson } from "./client";
import type { FeatureCollection, Imagery, ServerClass, ServerInfo } from "./types";

/** What the operator has set that concerns the page. */
export const serverInfo = (): Promise<ServerInfo> => askJson("page/settings");

export const listImagery = async (): Promise<readonly Imagery[]> =>
  (await askJson<{ imagery: Imagery[] }>("imagery")).imagery;

export interface Demo {
  readonly imagery: string;
  readonly labels: FeatureCollection;
  readonly legend: readonly ServerClass[];
}

/** The region that comes with Landshot, and labels for it. */
export const demo = (): Promise<Demo> => askJson("demo");
