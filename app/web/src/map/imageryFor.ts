import type { Imagery } from "../api/types";
import { shared } from "../project/boxes";
import type { Bbox } from "../project/project";
import { isCatalogue } from "../project/regions";

/** The imagery that a box was probably drawn for: an image that it lies on, else a catalogue, else any. */
export function imageryFor(box: Bbox, imageries: readonly Imagery[]): string | null {
  const image = imageries.find((entry) => entry.bbox && shared(entry.bbox, box));
  const catalogue = imageries.find(isCatalogue);
  return (image ?? catalogue ?? imageries[0])?.name ?? null;
}
