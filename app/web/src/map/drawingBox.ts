import { boundingExtent } from "ol/extent";
import Feature from "ol/Feature";
import { fromExtent } from "ol/geom/Polygon";
import PointerInteraction from "ol/interaction/Pointer";
import VectorLayer from "ol/layer/Vector";
import type OlMap from "ol/Map";
import type MapBrowserEvent from "ol/MapBrowserEvent";
import VectorSource from "ol/source/Vector";
import type { Bbox } from "../project/project";
import { boxBetween } from "./places";
import { SKETCH } from "./sketchStyle";

/** A pointer that has moved less has not moved. */
const STILL = 4;

/** The region's box: dragged with a mouse, or corner by corner with clicks, taps or the keyboard. */
export class BoxTool {
  readonly interaction: PointerInteraction;
  private readonly source = new VectorSource();
  private readonly overlay = new VectorLayer({
    source: this.source,
    style: SKETCH,
    updateWhileAnimating: true,
    updateWhileInteracting: true,
  });
  private first: number[] | null = null;
  private pressed: { place: number[]; pixel: number[] } | null = null;

  constructor(
    map: OlMap,
    private readonly done: (box: Bbox | null) => void,
  ) {
    this.overlay.setMap(map);
    this.interaction = new PointerInteraction({
      handleDownEvent: (event) => this.press(event),
      handleDragEvent: (event) => {
        if (this.pressed && this.isDragged(event)) this.show(this.pressed.place, event.coordinate);
      },
      handleUpEvent: (event) => {
        const { pressed } = this;
        this.pressed = null;
        if (pressed && distance(pressed.pixel, event.pixel) > STILL)
          this.end(pressed.place, event.coordinate);
        return false;
      },
      handleMoveEvent: (event) => this.follow(event.coordinate),
    });
  }

  get isBegun(): boolean {
    return this.first !== null;
  }

  /** The first corner, or the one across from it; whether the box goes on. */
  corner(place: number[]): boolean {
    if (this.first) {
      this.end(this.first, place);
    } else {
      this.first = [...place];
      this.follow(place);
    }
    return this.isBegun;
  }

  /** The second corner would be here. */
  follow(place: number[]): void {
    if (this.first) this.show(this.first, place);
  }

  giveUp(): void {
    this.first = null;
    this.pressed = null;
    this.source.clear();
  }

  dispose(): void {
    this.overlay.setMap(null);
  }

  /** A finger moves the map, as it does with every tool; a mouse draws. */
  private press(event: MapBrowserEvent): boolean {
    const pointer = event.originalEvent as PointerEvent;
    const isDrawing = pointer.pointerType === "mouse" && pointer.button === 0 && !pointer.shiftKey;
    this.pressed = isDrawing ? { place: event.coordinate, pixel: event.pixel } : null;
    return isDrawing;
  }

  private isDragged(event: MapBrowserEvent): boolean {
    return this.pressed !== null && distance(this.pressed.pixel, event.pixel) > STILL;
  }

  private show(one: number[], other: number[]): void {
    this.source.clear();
    this.source.addFeature(new Feature(fromExtent(boundingExtent([one, other]))));
  }

  private end(one: number[], other: number[]): void {
    this.giveUp();
    this.done(boxBetween(one, other));
  }
}

const distance = (one: number[], other: number[]): number =>
  Math.hypot((one[0] ?? 0) - (other[0] ?? 0), (one[1] ?? 0) - (other[1] ?? 0));
