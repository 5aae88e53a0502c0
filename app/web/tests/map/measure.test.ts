import { beforeEach, expect, it } from "vitest";
import { EDITED, FOLLOWED, followedIn, markEdit, markFollowed } from "../../src/map/measure";

beforeEach(() => {
  performance.clearMarks(EDITED);
  performance.clearMeasures(FOLLOWED);
  followedIn.value = null;
});

it("measures from the last edit, once", async () => {
  markEdit();
  await new Promise((resolve) => setTimeout(resolve, 30));
  markEdit();
  expect(markFollowed()).toBe(true);
  const [measured, ...others] = performance.getEntriesByName(FOLLOWED);
  expect(others).toEqual([]);
  expect(measured?.duration).toBeLessThan(25);
  expect(followedIn.value).toBe(measured?.duration);
  expect(markFollowed()).toBe(false);
});

it("measures nothing where nothing was edited", () => {
  expect(markFollowed()).toBe(false);
  expect(followedIn.value).toBeNull();
});
