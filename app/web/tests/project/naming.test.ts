import { describe, expect, test } from "vitest";
import { keyOf, nameFault, valueFault } from "../../src/project/naming";

const CLASSES = [
  { id: "a", name: "Built-up", value: 50, color: "#FA0000" },
  { id: "b", name: "water", value: 80, color: "#0064C8" },
];

describe("the name of a class", () => {
  test.each([
    ["", "empty"],
    [" / - ", "empty"],
    ["x".repeat(101), "long"],
    ["wa\tter", "unprintable"],
    ["built up", "taken"],
    [" BUILT/UP ", "taken"],
    ["Wasser", null],
  ])("%j: %s", (name, fault) => {
    expect(nameFault(name, CLASSES)).toBe(fault);
  });

  test("may be its own again", () => {
    expect(nameFault("Water", CLASSES, "b")).toBeNull();
  });
});

test.each([
  ["0", "value"],
  ["255", "value"],
  ["1.5", "value"],
  ["", "value"],
  ["50", "taken"],
  ["80", null],
  ["254", null],
])("the value %j of a class: %s", (typed, fault) => {
  expect(valueFault(typed, CLASSES, "b")).toBe(fault);
});

test("the first ten classes have a key", () => {
  expect([0, 8, 9, 10].map(keyOf)).toEqual(["1", "9", "0", null]);
});
