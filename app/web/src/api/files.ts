import { askJson, query } from "./client";
import type { FeatureCollection, ServerClass } from "./types";

/** What the server reads for the page: files of labels and legends, of which it keeps nothing. */
export interface ReadLabels {
  readonly labels: FeatureCollection;
  /** The first hundred labels that cannot be used. */
  readonly faults: readonly { readonly label: string; readonly reason: string }[];
  /** All of those. */
  readonly unusable: number;
}

const BYTES = { "content-type": "application/octet-stream" };

/** `name` tells by its suffix what the file is. */
export const readLabels = (name: string, content: Blob): Promise<ReadLabels> =>
  askJson(`labels/read${query({ name })}`, { body: content, headers: BYTES });

export const readLegend = async (name: string, content: Blob): Promise<readonly ServerClass[]> =>
  (
    await askJson<{ classes: ServerClass[] }>(`legends/read${query({ name })}`, {
      body: content,
      headers: BYTES,
    })
  ).classes;
