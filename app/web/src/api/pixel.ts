import type { LonLat } from "../project/project";
import { askJson, query } from "./client";
import type { Band, ServerClass } from "./types";

/** GET /adaptations/{id}/pixel: what a version makes of a pixel. */
export interface Pixel {
  readonly lon: number;
  readonly lat: number;
  readonly row: number;
  readonly col: number;
  /** False where it was never seen clear: then there are neither classes nor labels. */
  readonly observed: boolean;
  /** The most probable first. */
  readonly classes: readonly (ServerClass & { readonly probability: number })[];
  readonly bands: readonly Band[];
  /** One a date; reflectance in the order of the bands, null where there is none. */
  readonly spectrum: readonly (SpectrumDate & { readonly reflectance: readonly Reflectance[] })[];
  readonly class_spectra: readonly ClassSpectrum[];
  readonly nearest_labels: readonly NearLabel[];
}

export type Reflectance = number | null;

export interface SpectrumDate {
  /** A day, or the first and the last one with a slash between. */
  readonly date: string | null;
  readonly day_of_year: number | null;
}

/** Of the labelled pixels of a class: the median, and between which values the middle 80 % lie. */
export interface ClassSpectrum extends ServerClass {
  readonly labelled_pixels: number;
  readonly dates: readonly {
    readonly median: readonly Reflectance[];
    readonly low: readonly Reflectance[];
    readonly high: readonly Reflectance[];
  }[];
}

export interface NearLabel {
  /** The server's name of the label. */
  readonly label: number;
  readonly class: string;
  readonly lon: number;
  readonly lat: number;
  /** In the feature space of the network. */
  readonly distance: number;
}

export const pixelOf = (
  id: string,
  version: number,
  [lon, lat]: LonLat,
  signal: AbortSignal,
): Promise<Pixel> => askJson(`adaptations/${id}/pixel${query({ lon, lat, version })}`, { signal });
