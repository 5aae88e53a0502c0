import { expect, it } from "vitest";
import { inSight } from "../../src/map/sight";

const MAP = { left: 400, top: 0, right: 1280, bottom: 800 };

it("leaves a place alone that no card hides", () => {
  expect(inSight(MAP, { left: 900, top: 50, right: 1280, bottom: 750 }, [600, 400])).toBeNull();
});

it("brings a place to the left of a card at the side", () => {
  expect(inSight(MAP, { left: 900, top: 50, right: 1280, bottom: 750 }, [1000, 400])).toEqual([650, 400]);
});

it("brings a place above a card at the bottom", () => {
  expect(inSight(MAP, { left: 400, top: 300, right: 1280, bottom: 800 }, [1000, 500])).toEqual([1000, 150]);
});

it("gives up where a card leaves nothing free", () => {
  expect(inSight(MAP, { left: 410, top: 10, right: 1280, bottom: 800 }, [1000, 500])).toBeNull();
});
