import { signal } from "@preact/signals";
import type { Version } from "../api/types";
import type { Bbox, LonLat } from "../project/project";

/** How the map is looked at. The map itself (`map.ts`) follows these, and panels set them. */

/** What is shown of the adaptation: a layer of /tiles/{id}. */
export const layer = signal<"classes" | "confidence">("classes");

/** An older version that is looked at in place of the current one; null: none. */
export const shownVersion = signal<Version | null>(null);

/** What is shown beneath it: an imagery layer of /imagery/{name}/tiles. */
export const beneath = signal("true-color");

/** Of the map over the imagery, per cent. */
export const opacity = signal(70);

/** Per cent of the map's width up to which imagery alone is shown; null: no swipe. */
export const swipe = signal<number | null>(null);

/** Zoom, latitude, longitude of the middle; set by the map as the user moves it. */
export const view = signal<readonly [number, number, number] | null>(null);

/** A wish to see a place: the map goes there and sets it to null. */
export const wantedBox = signal<Bbox | null>(null);
export const wantedPlace = signal<LonLat | null>(null);

/** The pixel that was asked about, by a click or from the keyboard. */
export const asked = signal<LonLat | null>(null);

/** Whether tiles of what is wanted are still on their way. */
export const isDrawing = signal(false);
