import { computed, effect, type Signal, signal } from "@preact/signals";
import TileLayer from "ol/layer/Tile";
import type OlMap from "ol/Map";
import { apiKey } from "../api/client";
import { following, version } from "../follow/follow";
import { t } from "../i18n/i18n";
import type { Bbox } from "../project/project";
import { isCatalogue } from "../project/regions";
import { imagery, project } from "../state";
import { mention } from "./announce";
import { middleX } from "./going";
import { markFollowed } from "./measure";
import { copyNear, extentOf } from "./places";
import { imageryTiles, MOST_TILES, mapTiles, Pictures } from "./tiles";
import { beneath, isDrawing, layer, opacity, shownVersion, swipe } from "./view";

/** Pictures of the server on the map: the imagery, and what was made of it. */

/** The box of the region in degrees: as drawn, or all of its imagery. */
export function regionBox(): Bbox | null {
  return project.value.region?.bbox ?? imagery.value?.bbox ?? null;
}

/** What is shown beneath; the imagery's first layer where it does not have the one that is wished for. */
export const shownBeneath = computed(() => {
  const layers = imagery.value?.layers;
  if (!layers?.length || layers.some((entry) => entry.id === beneath.value)) return beneath.value;
  return layers[0]?.id ?? beneath.value;
});

export interface PictureLayer {
  readonly layer: TileLayer;
  readonly pictures: Pictures;
  /** Whether something is shown that is not yet drawn to the last tile. */
  readonly isAwaited: Signal<boolean>;
}

export function pictureLayer(zIndex: number): PictureLayer {
  const pictures = new Pictures();
  const layer = new TileLayer({ source: pictures, visible: false, zIndex, cacheSize: MOST_TILES });
  // While tiles of an older version stand in for those on their way, OpenLayers draws frame after frame, though nothing
  // moves. Each tile that comes has a frame of its own; the computer has better things to do.
  layer.on("postrender", ({ frameState }) => {
    if (frameState) frameState.animate = false;
  });
  return { layer, pictures, isAwaited: signal(false) };
}

export function showImagery({ layer: underlay, pictures }: PictureLayer): () => void {
  return effect(() => {
    const { region } = project.value;
    const box = regionBox();
    // A catalogue has no picture before the region and the period are known.
    const isReady =
      region !== null &&
      (imagery.value === null ||
        !isCatalogue(imagery.value) ||
        Boolean(region.bbox && region.start && region.end));
    underlay.setVisible(isReady && box !== null);
    if (!isReady || !box) return;
    underlay.setExtent(copyNear(extentOf(box), middleX.value));
    pictures.show(imageryTiles(region, shownBeneath.value));
  });
}

/** Shows the current version, or an older one that is wished for, and measures how long it takes until all of it is there. */
export function showPrediction(
  map: OlMap,
  { layer: prediction, pictures, isAwaited }: PictureLayer,
): () => void {
  let isBegun = false;
  let frame = 0;
  const complete = (): void => {
    if (!isBegun) return;
    isBegun = false;
    isAwaited.value = false;
    // An edit that came meanwhile is not on the map yet.
    if (following.value.state === "current" && markFollowed()) mention(t("map.said.followed"));
  };
  map.on("rendercomplete", complete);
  const end = effect(() => {
    const current = shownVersion.value ?? version.value;
    prediction.setVisible(current !== null);
    if (!current) return;
    prediction.setExtent(copyNear(extentOf(current.grid.bbox), middleX.value));
    if (!pictures.show(mapTiles(current, layer.value))) return;
    isAwaited.value = true;
    isBegun = false;
    cancelAnimationFrame(frame);
    // A frame that was drawn before this may be told to be complete after it: that one is not meant.
    frame = requestAnimationFrame(() => {
      isBegun = true;
    });
  });
  const endOpacity = effect(() => prediction.setOpacity(opacity.value / 100));
  return () => {
    cancelAnimationFrame(frame);
    map.un("rendercomplete", complete);
    end();
    endOpacity();
  };
}

/**
 * Tiles that nobody looks at any more are dropped; those that could not be had are asked for again with another API key;
 * and `isDrawing` says whether any are on their way.
 */
export function tendTiles(map: OlMap, layers: readonly PictureLayer[]): () => void {
  const moved = (): void => {
    const resolution = map.getView().getResolution();
    if (!map.getSize() || !resolution) return;
    const extent = map.getView().calculateExtent(map.getSize());
    for (const { pictures } of layers) pictures.dropOutside(extent, resolution);
  };
  map.on("moveend", moved);
  const endDrawing = effect(() => {
    const states = layers.map(({ pictures, isAwaited }) => isAwaited.value || pictures.pending.value > 0);
    isDrawing.value = states.includes(true);
  });
  const endKey = effect(() => {
    apiKey.value;
    for (const { pictures } of layers) pictures.again();
  });
  return () => {
    map.un("moveend", moved);
    endDrawing();
    endKey();
  };
}

/** Left of the swipe the map is cut away, so that the imagery shows. */
export function clip(map: OlMap, { layer: prediction }: PictureLayer): () => void {
  const before = (event: { context?: unknown }): void => {
    if (swipe.value === null) return;
    const context = event.context as CanvasRenderingContext2D;
    const from = (context.canvas.width * swipe.value) / 100;
    context.save();
    context.beginPath();
    context.rect(from, 0, context.canvas.width - from, context.canvas.height);
    context.clip();
  };
  const after = (event: { context?: unknown }): void => {
    if (swipe.value !== null) (event.context as CanvasRenderingContext2D).restore();
  };
  prediction.on("prerender", before);
  prediction.on("postrender", after);
  return effect(() => {
    swipe.value;
    map.render();
  });
}
