import type { Bbox, Region, Steps } from "./project";

/**
 * The page's state in its address, behind the `#`, so that it can be kept, shared and come back to.
 *
 * Labels are not in it: of a project of this browser they are in its storage, of all others in the adaptation that the
 * address names.
 */
export interface Place {
  /** Of this browser's storage. */
  readonly project: string | null;
  readonly region: Region | null;
  readonly adaptation: string | null;
  readonly job: string | null;
  readonly step: string | null;
  /** Zoom, latitude, longitude of the map's middle. */
  readonly view: readonly [number, number, number] | null;
  readonly layer: string | null;
  readonly beneath: string | null;
  /** Per cent. */
  readonly opacity: number | null;
  /** Per cent of the map's width where the swipe stands; null: no swipe. */
  readonly swipe: number | null;
}

const STEPS: readonly string[] = ["month", "season", "all"];

export function parsePlace(hash: string): Place {
  const given = new URLSearchParams(hash.replace(/^#/, ""));
  const imagery = given.get("imagery");
  const steps = given.get("steps");
  return {
    project: identifier(given.get("p")),
    region: imagery
      ? {
          imagery,
          bbox: bboxOf(given.get("bbox")),
          start: day(given.get("start")),
          end: day(given.get("end")),
          steps: steps && STEPS.includes(steps) ? (steps as Steps) : null,
        }
      : null,
    adaptation: identifier(given.get("adaptation")),
    job: identifier(given.get("job")),
    step: identifier(given.get("step")),
    view: viewOf(given.get("view")),
    layer: identifier(given.get("layer")),
    beneath: identifier(given.get("beneath")),
    opacity: percent(given.get("opacity")),
    swipe: percent(given.get("swipe")),
  };
}

export function formatPlace(place: Place): string {
  const { region, view } = place;
  const members: [string, string | number | null | undefined][] = [
    ["view", view && `${round(view[0], 2)}/${round(view[1], 5)}/${round(view[2], 5)}`],
    ["imagery", region?.imagery],
    ["bbox", region?.bbox?.map((degrees) => round(degrees, 6)).join(",")],
    ["start", region?.start],
    ["end", region?.end],
    ["steps", region?.steps],
    ["adaptation", place.adaptation],
    ["job", place.job],
    ["step", place.step],
    ["layer", place.layer],
    ["beneath", place.beneath],
    ["opacity", place.opacity],
    ["swipe", place.swipe],
    ["p", place.project],
  ];
  const given = members.filter(([, value]) => value !== null && value !== undefined && value !== "");
  // Commas and slashes mean nothing in a fragment, and are easier to read as they are.
  return `#${given.map(([name, value]) => `${name}=${encodeURIComponent(String(value)).replaceAll("%2C", ",").replaceAll("%2F", "/")}`).join("&")}`;
}

function identifier(text: string | null): string | null {
  return text && /^[A-Za-z0-9_-]{1,64}$/.test(text) ? text : null;
}

function day(text: string | null): string | null {
  return text && /^\d{4}-\d\d-\d\d$/.test(text) ? text : null;
}

function bboxOf(text: string | null): Bbox | null {
  const [west, south, east, north] = numbers(text, ",");
  if (west === undefined || south === undefined || east === undefined || north === undefined) return null;
  const isBox = south < north && Math.abs(south) <= 90 && Math.abs(north) <= 90;
  return isBox ? [west, south, east, north] : null;
}

function viewOf(text: string | null): [number, number, number] | null {
  const [zoom, lat, lon] = numbers(text, "/");
  if (zoom === undefined || lat === undefined || lon === undefined || Math.abs(lat) > 90) return null;
  return [zoom, lat, lon];
}

function percent(text: string | null): number | null {
  const value = text === null || text === "" ? Number.NaN : Number(text);
  return value >= 0 && value <= 100 ? value : null;
}

function numbers(text: string | null, separator: string): number[] {
  const values = (text ?? "").split(separator).map((part) => (part === "" ? Number.NaN : Number(part)));
  return values.every(Number.isFinite) ? values : [];
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
