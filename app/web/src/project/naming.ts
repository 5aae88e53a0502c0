import type { LandClass } from "./project";

/** What two spellings of one name share to the server: case, spaces, hyphens and slashes tell no classes apart. */
export function classKey(name: string): string {
  return name
    .replace(/[\s_/-]+/g, " ")
    .trim()
    .toLowerCase();
}

export const LONGEST_NAME = 100;

export type NameFault = "empty" | "long" | "unprintable" | "taken";

/** Why a class cannot be called so; null where it can. `id`: the class itself, where it is there already. */
export function nameFault(name: string, classes: readonly LandClass[], id?: string): NameFault | null {
  const key = classKey(name);
  if (!key) return "empty";
  if (name.trim().length > LONGEST_NAME) return "long";
  if (/[\p{C}\p{Zl}\p{Zp}]/u.test(name)) return "unprintable";
  return classes.some((entry) => entry.id !== id && classKey(entry.name) === key) ? "taken" : null;
}

export type ValueFault = "value" | "taken";

/** The same of a class value as it was typed. */
export function valueFault(typed: string, classes: readonly LandClass[], id: string): ValueFault | null {
  const value = /^\d{1,3}$/.test(typed.trim()) ? Number(typed) : 0;
  if (value < 1 || value > 254) return "value";
  return classes.some((entry) => entry.id !== id && entry.value === value) ? "taken" : null;
}

/** The key that chooses a class while labelling: 1 to 9, then 0; none for those after. */
export function keyOf(index: number): string | null {
  return index < 9 ? String(index + 1) : index === 9 ? "0" : null;
}
