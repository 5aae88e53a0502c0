import { describe, expect, it } from "vitest";
import { type Command, commandOf, type KeySituation } from "../../src/map/keymap";

const NOW: KeySituation = {
  isOnMap: false,
  isAround: true,
  isTyping: false,
  isSketching: false,
  isAsking: false,
  areLettersOn: true,
};

function press(
  key: string,
  now: Partial<KeySituation> = {},
  held: Partial<KeyboardEvent> = {},
): Command | null {
  const event = { key, code: "", ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held };
  return commandOf(event, { ...NOW, ...now });
}

describe("classes", () => {
  it("are chosen by digits, 0 being the tenth", () => {
    expect(press("1")).toEqual({ do: "class", index: 0 });
    expect(press("9")).toEqual({ do: "class", index: 8 });
    expect(press("0")).toEqual({ do: "class", index: 9 });
  });

  it("are chosen by the digit keys of a French keyboard, with shift and without", () => {
    expect(press("&", {}, { code: "Digit1" })).toEqual({ do: "class", index: 0 });
    expect(press("1", {}, { code: "Digit1", shiftKey: true })).toEqual({ do: "class", index: 0 });
  });

  it("are not chosen by signs that need shift elsewhere, nor together with other keys", () => {
    expect(press("!", {}, { code: "Digit1", shiftKey: true })).toBeNull();
    expect(press("1", {}, { altKey: true })).toBeNull();
    expect(press("1", {}, { ctrlKey: true })).toBeNull();
  });
});

it("chooses tools by letters", () => {
  const tools = ["l", "p", "g", "b", "P"].map((key) => press(key));
  expect(tools).toEqual(["look", "point", "polygon", "box", "point"].map((tool) => ({ do: "tool", tool })));
});

it("leaves letters, digits and Delete to fields for text", () => {
  for (const key of ["1", "p", "Delete", "Backspace", "Escape"]) {
    expect(press(key, { isTyping: true })).toBeNull();
  }
});

it("leaves single letters and digits alone where they are turned off, and keeps all other keys", () => {
  expect(press("p", { areLettersOn: false })).toBeNull();
  expect(press("1", { areLettersOn: false })).toBeNull();
  expect(press("Delete", { areLettersOn: false })).toEqual({ do: "remove" });
  expect(press("Enter", { areLettersOn: false, isOnMap: true })).toEqual({ do: "act" });
});

it("acts on Enter and Space only with the focus on the map, where they press no button", () => {
  expect(press("Enter", { isOnMap: true })).toEqual({ do: "act" });
  expect(press(" ", { isOnMap: true })).toEqual({ do: "act" });
  expect(press("Enter")).toBeNull();
  expect(press(" ")).toBeNull();
});

describe("while something is drawn", () => {
  const now = { isSketching: true };

  it("Escape gives up, Backspace and Ctrl+Z take the last corner back, F ends", () => {
    expect(press("Escape", now)).toEqual({ do: "giveUp" });
    expect(press("Backspace", now)).toEqual({ do: "stepBack" });
    expect(press("z", now, { ctrlKey: true })).toEqual({ do: "stepBack" });
    expect(press("f", now)).toEqual({ do: "finish" });
  });

  it("redo stays redo", () => {
    expect(press("z", now, { ctrlKey: true, shiftKey: true })).toBeNull();
  });
});

it("leaves Ctrl+Z, Escape and F to others while nothing is drawn", () => {
  expect(press("z", {}, { ctrlKey: true })).toBeNull();
  expect(press("Escape")).toBeNull();
  expect(press("f")).toBeNull();
});

it("closes the pixel on Escape, unless the focus is elsewhere", () => {
  expect(press("Escape", { isAsking: true })).toEqual({ do: "close" });
  expect(press("Escape", { isAsking: true, isAround: false })).toBeNull();
});
