import { type LandClass, newId } from "./project";

/** The lowest class value that is free; ten apart values are ESA WorldCover's own, so they are left to it. */
export function freeValue(taken: readonly LandClass[]): number | null {
  const values = new Set(taken.map((entry) => entry.value));
  for (let value = 1; value <= 254; value++) {
    if (value % 10 !== 0 && value !== 95 && !values.has(value)) return value;
  }
  for (let value = 1; value <= 254; value++) if (!values.has(value)) return value;
  return null;
}

/** The first colour of the palette that no class has; the palette again from its start once all are taken. */
export function freeColor(taken: readonly LandClass[], palette: readonly string[]): string {
  const colors = new Set(taken.map((entry) => entry.color.toUpperCase()));
  return (
    palette.find((color) => !colors.has(color.toUpperCase())) ??
    palette[taken.length % palette.length] ??
    "#808080"
  );
}

/** Whether two names are one to the server, which looks away from case and from spaces around. */
export function sameName(one: string, other: string): boolean {
  return one.trim().toLowerCase() === other.trim().toLowerCase();
}

export function newClass(name: string, color: string, value: number): LandClass {
  return { id: newId(), name: name.trim(), color, value };
}
