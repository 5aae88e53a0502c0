import { effect, signal } from "@preact/signals";
import TileLayer from "ol/layer/Tile";
import type OlMap from "ol/Map";
import type TileSource from "ol/source/Tile";
import XYZ from "ol/source/XYZ";
import type { Backdrop } from "../api/types";
import { server } from "../state";

/** Whether the operator's map could not be had; everything else works without it. */
export const isBackdropMissing = signal(false);

/** The map of the operator's choice beneath everything. */
export function showBackdrop(map: OlMap): () => void {
  const layer = new TileLayer({ zIndex: 0 });
  let wanted: Backdrop | null = null;
  map.addLayer(layer);
  return effect(() => {
    const chosen = server.value?.backdrop ?? null;
    if (chosen === wanted) return;
    wanted = chosen;
    isBackdropMissing.value = false;
    layer.setSource(null);
    if (!chosen) return;
    sourceOf(chosen)
      .then((source) => {
        if (wanted === chosen) layer.setSource(source);
      })
      .catch(() => {
        if (wanted === chosen) isBackdropMissing.value = true;
      });
  });
}

async function sourceOf(backdrop: Backdrop): Promise<TileSource> {
  if (backdrop.kind === "xyz") return new XYZ({ url: backdrop.url });
  const [{ default: Capabilities }, { default: Wmts, optionsFromCapabilities }] = await Promise.all([
    import("ol/format/WMTSCapabilities"),
    import("ol/source/WMTS"),
  ]);
  const response = await fetch(backdrop.url);
  if (!response.ok) throw new Error(`${response.status} for ${backdrop.url}`);
  const options = optionsFromCapabilities(new Capabilities().read(await response.text()), {
    layer: backdrop.layer,
    projection: "EPSG:3857",
  });
  if (!options) throw new Error(`no layer ${backdrop.layer} in ${backdrop.url}`);
  return new Wmts(options);
}
