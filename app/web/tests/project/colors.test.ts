import { describe, expect, test } from "vitest";
import { alikePairs, ciede2000, nextColor } from "../../src/project/colors";
import type { LandClass } from "../../src/project/project";

const OKABE_ITO = ["#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"];

const classes = (...colors: string[]): LandClass[] =>
  colors.map((color, index) => ({ id: color, name: color, value: index + 1, color }));

/** The test data of Sharma, Wu and Dalal (2005), table 1, some of each of its cases. */
describe("the colour difference is CIEDE2000", () => {
  test.each([
    [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
    [[50, -1.3802, -84.2814], [50, 0, -82.7485], 1],
    [[50, 0, 0], [50, -1, 2], 2.3669],
    [[50, 2.49, -0.001], [50, -2.49, 0.0009], 7.1792],
    [[50, 2.5, 0], [50, 0, -2.5], 4.3065],
    [[50, 2.5, 0], [73, 25, -18], 27.1492],
    [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
    [[22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619], 2.0373],
    [[90.8027, -2.0831, 1.441], [91.1528, -1.6435, 0.0447], 1.4441],
    [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
  ] as const)("%j and %j differ by %d", (one, other, difference) => {
    expect(ciede2000(one, other)).toBeCloseTo(difference, 4);
    expect(ciede2000(other, one)).toBeCloseTo(difference, 4);
  });
});

test("red and green of one lightness are taken for one by those who lack red or green cones", () => {
  // Plates for testing colour vision are printed in such pairs.
  expect(alikePairs(classes("#B85C2B", "#7D7D2B"))).toHaveLength(1);
});

test("the palette that was made for colour-blind readers has no alike pair", () => {
  expect(alikePairs(classes(...OKABE_ITO))).toEqual([]);
});

test("two that are almost the same are named first", () => {
  const [first] = alikePairs(classes("#B85C2B", "#0000FF", "#7D7D2B", "#0000FE"));
  expect(first?.map((entry) => entry.color)).toEqual(["#0000FF", "#0000FE"]);
});

test("a new class takes the first colour of the palette that stands out from those there", () => {
  expect(nextColor([], OKABE_ITO)).toBe("#E69F00");
  expect(nextColor(["#E69F00", "#57B5E8"], OKABE_ITO)).toBe("#009E73");
});

test("beyond the palette colours go on, each once", () => {
  const taken: string[] = [];
  for (let count = 0; count < 254; count++) taken.push(nextColor(taken, OKABE_ITO));
  expect(new Set(taken).size).toBe(254);
  expect(taken.every((color) => /^#[0-9A-F]{6}$/.test(color))).toBe(true);
});
