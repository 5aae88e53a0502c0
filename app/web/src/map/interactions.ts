import type Collection from "ol/Collection";
import { shiftKeyOnly } from "ol/events/condition";
import { defaults } from "ol/interaction/defaults";
import type Interaction from "ol/interaction/Interaction";
import KeyboardPan from "ol/interaction/KeyboardPan";
import KeyboardZoom from "ol/interaction/KeyboardZoom";
import { pace } from "./going";

/** Pixels that an arrow key moves the map: far, and with Shift a little. */
const FAR = 100;
const NEAR = 8;

/** How the map itself is moved. Shift and a drag mean nothing: neither a zoom nor a drawing by free hand. */
export function movements(): Collection<Interaction> {
  const found = defaults({
    altShiftDragRotate: false,
    pinchRotate: false,
    shiftDragZoom: false,
    keyboard: false,
    zoomDuration: pace(200),
  });
  // At once: what is done in the middle of the map has to find the middle where the last key has put it.
  found.push(new KeyboardPan({ pixelDelta: FAR, duration: 0 }));
  found.push(new KeyboardPan({ pixelDelta: NEAR, duration: 0, condition: shiftKeyOnly }));
  found.push(new KeyboardZoom({ duration: 0 }));
  return found;
}
