import { askJson, query } from "./client";
import type { ServerClass, Version } from "./types";

/** What the server finds out about a version, beyond its tiles (docs/adaptations.md). */

export interface ClassArea extends ServerClass {
  readonly pixels: number;
  readonly area_m2: number;
  /** Of the whole region. */
  readonly share: number;
}

export interface Areas {
  readonly version: number;
  /** Every so many rows and columns were predicted; 1: all pixels. */
  readonly step: number;
  readonly total: { readonly pixels: number; readonly area_m2: number };
  readonly nodata: { readonly pixels: number; readonly area_m2: number; readonly share: number };
  readonly classes: readonly ClassArea[];
}

export interface ValidatedClass extends ServerClass {
  readonly labels: number;
  /** Share of its labels that were predicted so; null where none could be checked. */
  readonly recall: number | null;
  /** Share of the labels predicted so that are of it. */
  readonly precision: number | null;
}

export interface SuspiciousLabel {
  /** Its name on the server. */
  readonly label: number;
  readonly class: string;
  readonly predicted: string;
  readonly probability: number;
}

export interface Validation {
  readonly version: number;
  readonly folds: number;
  readonly labels: number;
  readonly accuracy: number | null;
  readonly balanced_accuracy: number | null;
  /** Of the accuracy, 95 %. */
  readonly interval: readonly [number, number] | null;
  readonly classes: readonly ValidatedClass[];
  /** Rows: what the labels say; columns: what was predicted; in the order of `classes`. */
  readonly matrix: readonly (readonly number[])[];
  readonly not_validated: readonly (ServerClass & { readonly labels: number; readonly reason: string })[];
  readonly suspicious_labels: readonly SuspiciousLabel[];
  readonly note: string;
}

export interface Change {
  readonly from: { readonly value: number; readonly name: string };
  readonly to: { readonly value: number; readonly name: string };
  readonly pixels: number;
  /** Of the pixels compared. */
  readonly share: number;
}

export interface Comparison {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly compared_pixels: number;
  readonly changed_pixels: number;
  readonly changed_share: number;
  readonly changes: readonly Change[];
}

export const areasOf = (of: Version, signal: AbortSignal): Promise<Areas> =>
  askJson(`adaptations/${of.id}/areas${query({ version: of.version })}`, { signal });

export const validationOf = (of: Version, signal: AbortSignal): Promise<Validation> =>
  askJson(`adaptations/${of.id}/validation${query({ version: of.version })}`, { signal });

/** Against the version that it was made from; null: it was made from none. */
export async function changesOf(of: Version, signal: AbortSignal): Promise<Comparison | null> {
  if (of.parent === null) return null;
  const parameters = query({ from: of.parent, to: of.version });
  return await askJson(`adaptations/${of.id}/compare${parameters}`, { signal });
}

export interface History {
  /** The newest first. */
  readonly versions: readonly Version[];
  readonly numberMatched: number;
}

export const historyOf = (id: string, limit: number, signal: AbortSignal): Promise<History> =>
  askJson(`adaptations/${id}/versions${query({ limit })}`, { signal });
