import { effect, untracked } from "@preact/signals";
import DoubleClickZoom from "ol/interaction/DoubleClickZoom";
import type MapBrowserEvent from "ol/MapBrowserEvent";
import { t } from "../i18n/i18n";
import { project, selected, type Tool, tool } from "../state";
import { advise, announce } from "./announce";
import { BoxTool } from "./drawingBox";
import { PolygonTool } from "./drawingPolygon";
import { labelAt } from "./hits";
import { addLabel, classToLabel, drawRegion, selectLabel } from "./labelling";
import { fromMap, toMap } from "./labels";
import type { MapParts } from "./map";
import { moveLabels, movingOf } from "./moving";
import { lonLatOf } from "./places";
import { asked } from "./view";

/** What a click on the map does, and what the keyboard does in its place. */
export interface Drawing {
  /** What a click does there. */
  act(place: number[]): void;
  /** End the polygon that is being drawn. */
  finish(): void;
  /** Without the last corner. */
  stepBack(): void;
  giveUp(): void;
  /** The label that is selected, to here. */
  moveTo(place: number[]): void;
  readonly isSketching: boolean;
  stop(): void;
}

/** Pixels around a label that count as the label, whose dot has 8; a finger is less exact than a mouse. */
const NEAR_MOUSE = 10;
const NEAR_FINGER = 18;

/** Draw with the tool of the page's state until `stop` is called. */
export function startDrawing({ map, target, labels }: MapParts): Drawing {
  const labelNear = (place: number[], pixels: number): string | null =>
    labelAt(labels.source, place, pixels * (map.getView().getResolution() ?? 0));
  const nearness = (event: MapBrowserEvent): number =>
    (event.originalEvent as PointerEvent).pointerType === "touch" ? NEAR_FINGER : NEAR_MOUSE;

  const polygon = new PolygonTool(
    map,
    (event) => labelNear(event.coordinate, nearness(event)) === null && classToLabel() !== null,
    (drawn) => {
      if (!drawn) advise(t("map.advise.corners"));
      else addLabel(drawn);
    },
  );
  const box = new BoxTool(map, drawRegion);
  const moving = movingOf(labels);
  const doubleClick = map
    .getInteractions()
    .getArray()
    .find((interaction) => interaction instanceof DoubleClickZoom);

  const select = (place: number[], tolerance: number, isMore: boolean): boolean => {
    const label = labelNear(place, tolerance);
    if (label) selectLabel(label, isMore);
    return label !== null;
  };
  const begin: Record<Tool, (place: number[]) => void> = {
    look: (place) => {
      if (project.value.region) asked.value = lonLatOf(place);
      else advise(t("map.advise.region"));
    },
    point: (place) => {
      selected.value = new Set();
      addLabel({ type: "Point", coordinates: lonLatOf(place) });
    },
    polygon: (place) => {
      if (!polygon.isBegun && !classToLabel()) return;
      polygon.corner(place);
      if (polygon.isBegun) announce(t("map.said.corner", { count: polygon.corners.length }));
    },
    box: (place) => {
      if (box.corner(place)) announce(t("map.said.box"));
    },
  };
  const act = (place: number[], tolerance: number, isMore: boolean): void => {
    const isDrawn = tool.value === "box" || polygon.isBegun;
    if (!isDrawn && select(place, tolerance, isMore)) return;
    begin[tool.value](place);
  };

  const clicked = (event: MapBrowserEvent): void => {
    const { shiftKey, ctrlKey, metaKey } = event.originalEvent as PointerEvent;
    const isMore = shiftKey || ctrlKey || metaKey;
    // Corners of polygons are OpenLayers' own affair; the clicks that it leaves are for labels.
    if (tool.value === "polygon") select(event.coordinate, nearness(event), isMore);
    else act(event.coordinate, nearness(event), isMore);
  };
  const turned = (): void => {
    if (box.isBegun) box.follow(map.getView().getCenter() ?? []);
  };
  map.on("click", clicked);
  map.on("moveend", turned);
  // Whoever comes later is asked first: to move a label goes before drawing another.
  for (const interaction of [polygon.interaction, box.interaction, moving]) map.addInteraction(interaction);
  polygon.interaction.on("drawstart", () => moving.setActive(false));
  const rest = (): void => moving.setActive(isLabelling(tool.value));
  polygon.interaction.on("drawend", rest);
  polygon.interaction.on("drawabort", rest);

  const end = effect(() => {
    const chosen = tool.value;
    untracked(() => {
      box.giveUp();
      polygon.interaction.setActive(chosen === "polygon");
      box.interaction.setActive(chosen === "box");
      moving.setActive(isLabelling(chosen));
      doubleClick?.setActive(chosen === "look");
      target.dataset.tool = chosen;
    });
  });

  return {
    act: (place) => act(place, NEAR_FINGER, false),
    finish: () => {
      if (polygon.isBegun && !polygon.finish()) advise(t("map.advise.corners"));
    },
    stepBack: () => polygon.stepBack(),
    giveUp: () => {
      polygon.giveUp();
      box.giveUp();
      announce(t("map.said.gaveUp"));
    },
    moveTo: (place) => {
      const feature = labels.chosen.getLength() === 1 ? labels.chosen.item(0) : null;
      const label = project.value.labels.find((entry) => entry.id === feature?.getId());
      if (!label) {
        advise(t("map.advise.move"));
        return;
      }
      const geometry = toMap(label.geometry);
      const [left = 0, bottom = 0, right = 0, top = 0] = geometry.getExtent();
      geometry.translate((place[0] ?? 0) - (left + right) / 2, (place[1] ?? 0) - (bottom + top) / 2);
      moveLabels(new Map([[label.id, fromMap(geometry)]]), labels);
      announce(t("map.said.moved"));
    },
    get isSketching() {
      return polygon.isBegun || box.isBegun;
    },
    stop: () => {
      end();
      map.un("click", clicked);
      map.un("moveend", turned);
      for (const interaction of [polygon.interaction, box.interaction, moving]) {
        map.removeInteraction(interaction);
      }
      box.dispose();
    },
  };
}

const isLabelling = (chosen: Tool): boolean => chosen === "point" || chosen === "polygon";
