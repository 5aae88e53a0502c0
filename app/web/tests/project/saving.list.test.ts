import { beforeEach, expect, test, vi } from "vitest";
import { EMPTY } from "../../src/project/project";
import { listed, save } from "../../src/project/saving";

beforeEach(() => localStorage.clear());

test("projects of this browser are listed, the last one first; what is not one of them is not", () => {
  const region = { imagery: "scene", bbox: null, start: null, end: null, steps: null };
  const classes = [{ id: "a", name: "a", value: 1, color: "#000000" }];
  vi.useFakeTimers();
  vi.setSystemTime(1000);
  save("older", { project: { ...EMPTY, region, classes }, head: null });
  vi.setSystemTime(2000);
  save("newer", { project: EMPTY, head: null });
  vi.useRealTimers();
  localStorage.setItem("landshot.project.broken", "{");
  localStorage.setItem("something.else", "{}");
  expect(listed()).toEqual([
    { id: "newer", saved: 2000, imagery: null, classes: 0, labels: 0 },
    { id: "older", saved: 1000, imagery: "scene", classes: 1, labels: 0 },
  ]);
});
