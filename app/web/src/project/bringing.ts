import type { Legends } from "../api/legends";
import type { FeatureCollection, ServerClass } from "../api/types";
import { freeValue } from "./classes";
import { nextColor } from "./colors";
import { classKey } from "./naming";
import { type Label, type LandClass, newId, type Project } from "./project";

/** Labels and classes that come from elsewhere, joined to what is there. */

/** More labels than this make every click slow, and a map no better. */
export const MOST_LABELS = 5000;

export interface Known {
  /** Classes that many people mean: they bring their value and colour along. */
  readonly classes: readonly ServerClass[];
  /** What else these are called -> their values. */
  readonly names: Readonly<Record<string, number>>;
  readonly palette: readonly string[];
}

/** What the server knows; nothing where it could not be asked. */
export function knownOf(told: Legends | null): Known {
  const legend = told?.legends[0];
  return { classes: legend?.classes ?? [], names: legend?.names ?? {}, palette: told?.palette ?? [] };
}

export interface Limits {
  readonly max_labels: number;
  readonly max_classes: number;
}

export type Brought =
  | { readonly project: Project; readonly labels: number; readonly created: readonly LandClass[] }
  | { readonly tooMany: "labels" | "classes"; readonly count: number; readonly most: number };

/** Labels as the server read them from a file; classes that are not there yet are made. */
export function withBrought(
  project: Project,
  collection: FeatureCollection,
  known: Known,
  limits: Limits,
): Brought {
  const mostLabels = Math.min(MOST_LABELS, limits.max_labels);
  const count = project.labels.length + collection.features.length;
  if (count > mostLabels) return { tooMany: "labels", count, most: mostLabels };
  const classes = [...project.classes];
  const byKey = new Map(classes.map((entry) => [classKey(entry.name), entry]));
  // A class may be given by its number in the map; a class that is called so comes first.
  const byValue = new Map(project.classes.map((entry) => [String(entry.value), entry]));
  const labels: Label[] = [];
  for (const { properties, geometry } of collection.features) {
    const name = String(properties.class);
    const key = classKey(name);
    let found = byKey.get(key) ?? byValue.get(key);
    if (!found) {
      found = madeClass(name, classes, known);
      classes.push(found);
      byKey.set(key, found);
    }
    labels.push({ id: newId(), classId: found.id, geometry });
  }
  if (classes.length > limits.max_classes) {
    return { tooMany: "classes", count: classes.length, most: limits.max_classes };
  }
  return {
    project: { ...project, classes, labels: [...project.labels, ...labels] },
    labels: labels.length,
    created: classes.slice(project.classes.length),
  };
}

/** Classes of a legend; those that are there already stay as they are. */
export function withLegend(
  project: Project,
  entries: readonly ServerClass[],
  known: Known,
  most: number,
): { readonly project: Project; readonly added: number; readonly there: number; readonly left: number } {
  const classes = [...project.classes];
  const keys = new Set(classes.map((entry) => classKey(entry.name)));
  const fresh = entries.filter((entry) => !keys.has(classKey(entry.name)));
  const fitting = fresh.slice(0, Math.max(0, most - classes.length));
  for (const entry of fitting) classes.push(placed(entry, classes, known.palette));
  return {
    project: { ...project, classes },
    added: fitting.length,
    there: entries.length - fresh.length,
    left: fresh.length - fitting.length,
  };
}

/** A class by its name alone: as the well-known class that it is, else with what is free. */
export function madeClass(name: string, taken: readonly LandClass[], known: Known): LandClass {
  const key = classKey(name);
  const value = Object.entries(known.names).find(([other]) => classKey(other) === key)?.[1];
  const same = known.classes.find(
    (entry) => entry.value === value || classKey(entry.name) === key || classKey(entry.title) === key,
  );
  return placed({ name, value: same?.value ?? null, color: same?.color ?? null }, taken, known.palette);
}

/** Value and colour as wished, where no other class has them: the server wants both once. */
function placed(
  wish: { readonly name: string; readonly value: number | null; readonly color: string | null },
  taken: readonly LandClass[],
  palette: readonly string[],
): LandClass {
  const colors = taken.map((entry) => entry.color.toUpperCase());
  const isValueFree = wish.value !== null && !taken.some((entry) => entry.value === wish.value);
  const isColorFree = wish.color !== null && !colors.includes(wish.color.toUpperCase());
  return {
    id: newId(),
    name: wish.name.trim(),
    value: (isValueFree ? wish.value : freeValue(taken)) ?? 254,
    color: ((isColorFree ? wish.color : null) ?? nextColor(colors, palette)).toUpperCase(),
  };
}
