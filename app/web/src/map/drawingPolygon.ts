import { never, noModifierKeys, primaryAction } from "ol/events/condition";
import type Polygon from "ol/geom/Polygon";
import Draw from "ol/interaction/Draw";
import type OlMap from "ol/Map";
import type MapBrowserEvent from "ol/MapBrowserEvent";
import type { Geometry } from "../project/project";
import { fromMap } from "./labels";
import { SKETCH } from "./sketchStyle";

/** Pixels around a corner that count as the corner. */
const NEAR = 12;

/** Outlines, with the mouse, by touch or from the keyboard: corner by corner, and the last one is clicked twice. */
export class PolygonTool {
  readonly interaction: Draw;
  private sketch: Polygon | null = null;

  /**
   * @param map to draw on.
   * @param isFree whether a polygon may begin at a pixel; where it may not, the click is for what lies there.
   * @param done takes what was drawn; null where it was nothing.
   */
  constructor(
    private readonly map: OlMap,
    isFree: (event: MapBrowserEvent) => boolean,
    done: (drawn: Geometry | null) => void,
  ) {
    this.interaction = new Draw({
      type: "Polygon",
      stopClick: true,
      snapTolerance: NEAR,
      freehandCondition: never,
      condition: (event) => primaryAction(event) && noModifierKeys(event) && (this.isBegun || isFree(event)),
      // Before the first corner the pointer itself says where it would be.
      style: () => (this.isBegun ? SKETCH : []),
    });
    this.interaction.on("drawstart", ({ feature }) => {
      this.sketch = feature.getGeometry() as Polygon;
    });
    this.interaction.on("drawabort", () => {
      this.sketch = null;
    });
    this.interaction.on("drawend", () => {
      const drawn = this.sketch && fromMap(this.sketch);
      this.sketch = null;
      done(drawn);
    });
  }

  get isBegun(): boolean {
    return this.sketch !== null;
  }

  /** Corners so far; the one that follows the pointer is none yet. */
  get corners(): number[][] {
    return this.sketch?.getCoordinates()[0]?.slice(0, -2) ?? [];
  }

  /** A corner here; the first or the last one again ends the polygon. */
  corner(place: number[]): void {
    const corners = this.corners;
    const isAgain = [corners[0], corners.at(-1)].some((corner) => corner && this.isNear(corner, place));
    if (corners.length >= 3 && isAgain) this.finish();
    else if (!isAgain) this.interaction.appendCoordinates([[...place]]);
  }

  /** End it here; false where it has too few corners, and goes on. */
  finish(): boolean {
    if (this.corners.length < 3) return false;
    this.interaction.finishDrawing();
    return true;
  }

  stepBack(): void {
    this.interaction.removeLastPoint();
  }

  giveUp(): void {
    this.interaction.abortDrawing();
  }

  private isNear(one: number[], other: number[]): boolean {
    const [a, b] = [this.map.getPixelFromCoordinate(one), this.map.getPixelFromCoordinate(other)];
    if (!a || !b) return false;
    return Math.hypot((a[0] ?? 0) - (b[0] ?? 0), (a[1] ?? 0) - (b[1] ?? 0)) <= NEAR;
  }
}
