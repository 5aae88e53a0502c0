import { effect } from "@preact/signals";
import type { LonLat } from "../project/project";
import { pace } from "./going";
import { answer } from "./inspector/asking";
import type { MapParts } from "./map";
import { placeOf } from "./places";
import { asked } from "./view";

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Where a place should go so that a card does not hide it: the middle of what the card leaves free, to its left or above it.
 *
 * @param map,card where they lie on the screen.
 * @param place there as well.
 * @returns null where it can stay.
 */
export function inSight(
  map: Rectangle,
  card: Rectangle,
  [x, y]: readonly [number, number],
): [number, number] | null {
  const isHidden = x >= card.left && x <= card.right && y >= card.top && y <= card.bottom;
  if (!isHidden) return null;
  const [beside, above] = [card.left - map.left, card.top - map.top];
  if (beside < 48 && above < 48) return null;
  return beside >= above ? [map.left + beside / 2, y] : [x, map.top + above / 2];
}

/** Move the map where the card of a pixel hides the pixel; once, so that it stays where it is moved after that. */
export function keepInSight(parts: MapParts): () => void {
  let settled: LonLat | null = null;
  return effect(() => {
    const place = asked.value;
    const isAnswered = answer.value.state !== "asking"; // with the answer the card grows
    if (!place || place === settled) return;
    const frame = requestAnimationFrame(() => {
      const card = parts.target.parentElement?.querySelector(".pixel-card");
      if (card) bringIntoSight(parts, place, card);
      if (isAnswered) settled = place;
    });
    return () => cancelAnimationFrame(frame);
  });
}

function bringIntoSight({ map, target }: MapParts, place: LonLat, card: Element): void {
  const bounds = target.getBoundingClientRect();
  const [x, y] = map.getPixelFromCoordinate(placeOf(place)) ?? [];
  const center = map.getView().getCenter();
  const resolution = map.getView().getResolution();
  if (x === undefined || y === undefined || !center || !resolution) return;
  const at = [x + bounds.left, y + bounds.top] as const;
  const to = inSight(bounds, card.getBoundingClientRect(), at);
  if (!to) return;
  map.getView().animate({
    center: [
      (center[0] ?? 0) - (to[0] - at[0]) * resolution,
      (center[1] ?? 0) + (to[1] - at[1]) * resolution,
    ],
    duration: pace(250),
  });
}
