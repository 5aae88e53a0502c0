import type { Tool } from "../state";

/** What a key means to the map. */
export type Command =
  | { readonly do: "tool"; readonly tool: Tool }
  /** The class at a place of the list, the first is 0. */
  | { readonly do: "class"; readonly index: number }
  | { readonly do: "act" | "move" | "finish" | "stepBack" | "giveUp" | "remove" | "close" };

export interface KeySituation {
  /** The map itself has the focus. */
  readonly isOnMap: boolean;
  /** The focus is on the map, on what lies on it, or nowhere. */
  readonly isAround: boolean;
  /** In a field for text, keys are text. */
  readonly isTyping: boolean;
  readonly isSketching: boolean;
  /** The card of a pixel is open. */
  readonly isAsking: boolean;
  /** Single letters and digits count; who speaks to the computer turns them off (WCAG 2.2, 2.1.4). */
  readonly areLettersOn: boolean;
}

type Key = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

/** The tools' keys; shown with the tools. */
export const TOOL_KEYS: Readonly<Record<Tool, string>> = { look: "l", point: "p", polygon: "g", box: "b" };

export function commandOf(key: Key, now: KeySituation): Command | null {
  if (now.isTyping) return null;
  const isCommand = key.ctrlKey || key.metaKey;
  if (now.isSketching && isCommand && !key.shiftKey && key.key.toLowerCase() === "z")
    return { do: "stepBack" };
  if (isCommand || key.altKey) return null;
  if (key.key === "Escape") {
    if (now.isSketching) return { do: "giveUp" };
    return now.isAsking && now.isAround ? { do: "close" } : null;
  }
  if (key.key === "Delete" || key.key === "Backspace") return { do: now.isSketching ? "stepBack" : "remove" };
  if (now.isOnMap && (key.key === "Enter" || key.key === " ")) return { do: "act" };
  return now.areLettersOn ? letter(key, now) : null;
}

function letter(key: Key, now: KeySituation): Command | null {
  const digit = digitOf(key);
  if (digit !== null) return { do: "class", index: (digit + 9) % 10 };
  if (key.shiftKey) return null;
  const pressed = key.key.toLowerCase();
  for (const [tool, its] of Object.entries(TOOL_KEYS)) {
    if (pressed === its) return { do: "tool", tool: tool as Tool };
  }
  if (pressed === "f" && now.isSketching) return { do: "finish" };
  if (pressed === "m" && now.isOnMap) return { do: "move" };
  return null;
}

/** On a French keyboard a digit is typed with shift, and without it the same key has a sign on it. */
function digitOf({ key, code, shiftKey }: Key): number | null {
  if (/^[0-9]$/.test(key)) return Number(key);
  const there = /^Digit([0-9])$/.exec(code)?.[1];
  return there && !shiftKey ? Number(there) : null;
}
