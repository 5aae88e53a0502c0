import { expect, it } from "vitest";
import { gradientOf, ticksOf } from "../../src/map/ramp";

it("puts each colour where its value is, also where steps are uneven", () => {
  expect(
    gradientOf([
      [-1, "#000000"],
      [0, "#777777"],
      [3, "#ffffff"],
    ]),
  ).toBe("linear-gradient(to right, #000000 0%, #777777 25%, #ffffff 100%)");
});

it("marks zero where an index changes its sign, and else the middle", () => {
  expect(
    ticksOf([
      [-0.2, "#000000"],
      [1, "#ffffff"],
    ]),
  ).toEqual([
    { value: -0.2, share: 0 },
    { value: 0, share: 16.7 },
    { value: 1, share: 100 },
  ]);
  expect(
    ticksOf([
      [0, "#000000"],
      [100, "#ffffff"],
    ]).map((tick) => tick.value),
  ).toEqual([0, 50, 100]);
});

it("has one mark for a ramp of one colour", () => {
  expect(ticksOf([[5, "#000000"]])).toEqual([{ value: 5, share: 0 }]);
});
