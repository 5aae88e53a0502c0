export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

export interface Placed {
  readonly left: number;
  readonly top: number;
  /** The edge of the card that its arrow is on; null: it points at nothing. */
  readonly arrow: "left" | "bottom" | null;
  /** Along that edge, from its left or upper end. */
  readonly at: number;
}

const GAP = 12;
/** An arrow needs some of the edge beside it. */
const CORNER = 20;

/**
 * Where a hint is put: over the map, as near to what it points at as it can be, and beside what lies on the map.
 *
 * @param card its size.
 * @param target what it points at, left of the map, below it, or the map itself.
 * @param map the card stays within it, so that nothing of the panel is covered.
 * @param taken what lies on the map already.
 */
export function place(card: Size, target: Box, map: Box, taken: readonly Box[]): Placed {
  const isBeside = target.left + target.width <= map.left + 1;
  const isBelow = target.top >= map.top + map.height - 1;
  const middle = { x: target.left + target.width / 2, y: target.top + target.height / 2 };
  const end = { x: map.left + map.width - card.width - GAP, y: map.top + map.height - card.height - GAP };
  if (isBeside) {
    const left = map.left + GAP;
    const wanted = clamp(middle.y - card.height / 2, map.top + GAP, end.y);
    const top = freed({ ...card, left, top: wanted }, taken, end.y);
    return { left, top, arrow: "left", at: clamp(middle.y - top, CORNER, card.height - CORNER) };
  }
  const left = clamp(middle.x - card.width / 2, map.left + GAP, end.x);
  if (!isBelow) return { left, top: end.y, arrow: null, at: 0 };
  return { left, top: end.y, arrow: "bottom", at: clamp(middle.x - left, CORNER, card.width - CORNER) };
}

/** Further down, until nothing is covered; as far as it goes. */
function freed(card: Box, taken: readonly Box[], lowest: number): number {
  let top = card.top;
  for (const box of taken.toSorted((one, other) => one.top - other.top)) {
    const isCovered =
      box.left < card.left + card.width &&
      box.left + box.width > card.left &&
      box.top < top + card.height + GAP &&
      box.top + box.height > top - GAP;
    if (isCovered) top = box.top + box.height + GAP;
  }
  return Math.min(top, lowest);
}

function clamp(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(value, high));
}
