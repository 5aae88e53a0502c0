import { batch, computed, signal } from "@preact/signals";
import type { Imagery, ServerInfo } from "./api/types";
import { EMPTY, type Project } from "./project/project";
import { advanced, begun, redone, undone } from "./project/undo";

/** What the page knows; components read these signals, and only the functions of this file change the project. */

export const STEPS = ["where", "what", "label", "map", "improve", "take"] as const;
export type Step = (typeof STEPS)[number];

export const TOOLS = ["look", "point", "polygon", "box"] as const;
/** What a click on the map does: ask about a pixel, label, or draw the region. */
export type Tool = (typeof TOOLS)[number];

export const server = signal<ServerInfo | null>(null);
export const imageries = signal<readonly Imagery[] | null>(null);

export const step = signal<Step>("where");
export const tool = signal<Tool>("look");
export const activeClass = signal<string | null>(null);
export const selected = signal<ReadonlySet<string>>(new Set());

const line = signal(begun<Project>(EMPTY));

export const project = computed(() => line.value.present);
export const canUndo = computed(() => line.value.past.length > 0);
export const canRedo = computed(() => line.value.future.length > 0);

/** The imagery of the region; null while none is chosen. */
export const imagery = computed<Imagery | null>(() => {
  const name = project.value.region?.imagery;
  return imageries.value?.find((entry) => entry.name === name) ?? null;
});

/** Do something to the project that can be undone. */
export function edit(change: (project: Project) => Project): void {
  batch(() => {
    line.value = advanced(line.value, change(line.value.present));
    settle();
  });
}

/** Another project in place of this one: nothing before it can be undone. */
export function open(other: Project): void {
  batch(() => {
    line.value = begun(other);
    settle();
  });
}

export function undo(): void {
  batch(() => {
    line.value = undone(line.value);
    settle();
  });
}

export function redo(): void {
  batch(() => {
    line.value = redone(line.value);
    settle();
  });
}

/** What is chosen has to be there. */
function settle(): void {
  const { classes, labels } = line.value.present;
  if (!classes.some((entry) => entry.id === activeClass.value)) activeClass.value = classes[0]?.id ?? null;
  if (selected.value.size > 0) {
    const there = new Set(labels.map((label) => label.id));
    const kept = [...selected.value].filter((id) => there.has(id));
    if (kept.length !== selected.value.size) selected.value = new Set(kept);
  }
}
