import { askJson } from "./client";
import type { ServerClass } from "./types";

export interface Legends {
  readonly legends: readonly {
    id: string;
    title: string;
    classes: readonly ServerClass[];
    /** What else its classes are called, by their values. */
    names: Readonly<Record<string, number>>;
  }[];
  /** Colours for new classes, one after the other; told apart by colour-blind people too. */
  readonly palette: readonly string[];
}

let asked: Promise<Legends> | null = null;

/** Asked for once; they never change while a server runs. */
export function legends(): Promise<Legends> {
  asked ??= askJson<Legends>("legends").catch((error: unknown) => {
    asked = null;
    throw error;
  });
  return asked;
}
