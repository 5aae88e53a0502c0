import type { Head } from "../follow/operations";
import { EMPTY, type Project } from "./project";

/**
 * Projects in the browser's own storage, so that nothing is lost on reload or while the server is away.
 *
 * What is kept is read with suspicion: another version of the page may have written it.
 */
export interface Kept {
  readonly project: Project;
  readonly head: Head | null;
}

const PREFIX = "landshot.project.";
const MOST_PROJECTS = 20;
const FORMAT = 1;

export function save(id: string, { project, head }: Kept, storage: Storage = localStorage): boolean {
  const document = {
    format: FORMAT,
    saved: Date.now(),
    project,
    head: head && { ...head, known: [...head.known] },
  };
  try {
    storage.setItem(PREFIX + id, JSON.stringify(document));
    return true;
  } catch {
    // Full: older projects go first.
    if (!forgetOldest(id, storage, 1)) return false;
    return save(id, { project, head }, storage);
  }
}

export function load(id: string, storage: Storage = localStorage): Kept | null {
  const text = storage.getItem(PREFIX + id);
  if (!text) return null;
  try {
    const { format, project, head } = JSON.parse(text);
    if (format !== FORMAT || !Array.isArray(project.classes) || !Array.isArray(project.labels)) return null;
    return {
      project: { ...EMPTY, ...project },
      head: headOf(head),
    };
  } catch {
    return null;
  }
}

/** Without what the server has, it is adapted to anew: nothing is lost. */
function headOf(kept: { known: unknown } | null | undefined): Head | null {
  if (!kept || !Array.isArray(kept.known)) return null;
  return { ...(kept as unknown as Head), known: new Map(kept.known) };
}

/** Keep no more than a score of projects. */
export function tidy(current: string, storage: Storage = localStorage): void {
  const kept = keys(storage).length;
  if (kept > MOST_PROJECTS) forgetOldest(current, storage, kept - MOST_PROJECTS);
}

/** A project of this browser, as far as a list shows it. */
export interface Listed {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly saved: number;
  readonly imagery: string | null;
  readonly classes: number;
  readonly labels: number;
}

/** The projects that can be gone back to, the one that was worked on last first. */
export function listed(storage: Storage = localStorage): Listed[] {
  return keys(storage)
    .flatMap((key) => {
      const id = key.slice(PREFIX.length);
      const project = load(id, storage)?.project;
      if (!project) return [];
      const { region, classes, labels } = project;
      return [
        {
          id,
          saved: savedAt(storage.getItem(key)),
          imagery: region?.imagery ?? null,
          classes: classes.length,
          labels: labels.length,
        },
      ];
    })
    .toSorted((one, other) => other.saved - one.saved);
}

function forgetOldest(current: string, storage: Storage, count: number): boolean {
  const others = keys(storage)
    .filter((key) => key !== PREFIX + current)
    .map((key) => ({ key, saved: savedAt(storage.getItem(key)) }))
    .toSorted((one, other) => one.saved - other.saved)
    .slice(0, count);
  for (const { key } of others) storage.removeItem(key);
  return others.length > 0;
}

function keys(storage: Storage): string[] {
  return Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? "").filter((key) =>
    key.startsWith(PREFIX),
  );
}

function savedAt(text: string | null): number {
  return Number(/"saved":(\d+)/.exec(text ?? "")?.[1] ?? 0);
}
