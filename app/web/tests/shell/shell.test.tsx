import { render } from "preact";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Problem } from "../../src/api/problem";
import { startLanguage } from "../../src/i18n/i18n";
import type { Project } from "../../src/project/project";
import { Boundary } from "../../src/shell/Boundary";
import { stepsDone } from "../../src/shell/done";
import { failed, notice, startFailures } from "../../src/shell/failures";
import { place } from "../../src/shell/placing";
import { endTour, goOn, greet, HINTS, startTour, touring } from "../../src/shell/touring";

beforeEach(startLanguage);

describe("steps that are done", () => {
  const region = { imagery: "s", bbox: null, start: null, end: null, steps: null };
  const classes = [
    { id: "w", value: 80, name: "water", color: "#0064C8" },
    { id: "f", value: 10, name: "forest", color: "#006400" },
  ];
  const label = (id: string, classId: string) => ({
    id,
    classId,
    geometry: { type: "Point" as const, coordinates: [1, 2] as const },
  });
  const done = (project: Project, ...rest: [Parameters<typeof stepsDone>[2], string | null]): string =>
    [...stepsDone(project, "file", ...rest)].join(" ");

  it("are those that have what they are there for", () => {
    expect(done({ region: null, classes: [], labels: [] }, null, null)).toBe("");
    expect(done({ region, classes: [], labels: [] }, null, null)).toBe("where");
    expect(done({ region, classes, labels: [label("a", "w"), label("b", "w")] }, null, null)).toBe(
      "where what",
    );
    const labels = [label("a", "w"), label("b", "f")];
    expect(done({ region, classes, labels }, null, null)).toBe("where what label");
    expect(done({ region, classes, labels }, { parent: null }, null)).toBe("where what label map");
    expect(done({ region, classes, labels }, { parent: 1 }, "m")).toBe("where what label map improve take");
  });

  it("need a box and a period of a catalogue", () => {
    const where = (more: object): boolean =>
      stepsDone({ region: { ...region, ...more }, classes: [], labels: [] }, "catalogue", null, null).has(
        "where",
      );
    expect(where({})).toBe(false);
    expect(where({ bbox: [1, 2, 3, 4], start: "2025-01-01" })).toBe(false);
    expect(where({ bbox: [1, 2, 3, 4], start: "2025-01-01", end: "2025-02-01" })).toBe(true);
  });
});

describe("what nobody expected", () => {
  let stop: () => void;
  beforeEach(() => {
    failed.value = null;
    stop = startFailures();
  });
  afterEach(() => stop());

  it("is told of, and the page goes on", () => {
    dispatchEvent(new ErrorEvent("error", { error: new RangeError("out of range") }));
    expect(failed.value).toBe("RangeError: out of range");
  });

  it("is told of in the server's words where it is a refusal", () => {
    notice(new Problem({ status: 422, code: "x", title: "No map", detail: "Too large." }));
    expect(failed.value).toBe("No map: Too large.");
    notice(Problem.offline());
    expect(failed.value).toBe("The server does not answer");
  });

  it("is nothing that was given up on purpose, and no complaint of the browser's own", () => {
    notice(new DOMException("", "AbortError"));
    dispatchEvent(new ErrorEvent("error", { message: "ResizeObserver loop completed" }));
    expect(failed.value).toBeNull();
  });

  it("takes only the part of the page with it that it happens in", async () => {
    const page = document.createElement("div");
    function Broken(): never {
      throw new Error("broken part");
    }
    render(
      <>
        <p>before</p>
        <Boundary>
          <Broken />
        </Boundary>
      </>,
      page,
    );
    await new Promise((resolve) => setTimeout(resolve));
    expect(page.textContent).toContain("before");
    expect(page.querySelector("[role=alert]")?.textContent).toContain("broken part");
    expect(page.querySelector("button")?.textContent).toBe("Load the page again");
  });
});

describe("the hints", () => {
  beforeEach(() => {
    localStorage.clear();
    touring.value = null;
  });

  it("are shown on the first visit only", () => {
    greet();
    expect(touring.value).toEqual({ at: "steps", isByHand: false });
    endTour();
    greet();
    expect(touring.value).toBeNull();
  });

  it("can be asked for again", () => {
    localStorage.setItem("landshot.toured", "yes");
    startTour(true);
    expect(touring.value).toEqual({ at: "steps", isByHand: true });
  });

  it("are five; behind the last is the end, and before the first nothing", () => {
    startTour(false);
    goOn(-1);
    expect(touring.value?.at).toBe("steps");
    const seen: (string | undefined)[] = [];
    while (touring.value) {
      seen.push(touring.value.at);
      goOn(1);
    }
    expect(seen).toEqual([...HINTS]);
    expect(seen).toHaveLength(5);
    greet();
    expect(touring.value).toBeNull();
  });
});

describe("the place of a hint", () => {
  const card = { width: 320, height: 180 };
  const map = { left: 416, top: 0, width: 864, height: 800 };
  const button = { left: 250, top: 90, width: 120, height: 40 };
  const isOver = (one: typeof map, other: typeof map): boolean =>
    one.left < other.left + other.width &&
    other.left < one.left + one.width &&
    one.top < other.top + other.height &&
    other.top < one.top + one.height;

  it("is beside what it points at, over the map, and its arrow is level with it", () => {
    const placed = place(card, { ...button, top: 300 }, map, []);
    expect(placed).toMatchObject({ arrow: "left", left: 428 });
    expect(placed.top + placed.at).toBe(320);
  });

  it("is beside what lies on the map", () => {
    const toolbar = { left: 424, top: 8, width: 318, height: 44 };
    const classes = { left: 424, top: 60, width: 318, height: 80 };
    const placed = place(card, button, map, [classes, toolbar]);
    const where = { ...card, left: placed.left, top: placed.top };
    expect([isOver(where, toolbar), isOver(where, classes)]).toEqual([false, false]);
  });

  it("is within the map, also where it would be too low", () => {
    const placed = place(card, { ...button, top: 780 }, map, []);
    expect(placed.top + card.height).toBeLessThanOrEqual(800);
    const full = place(card, button, map, [{ left: 416, top: 0, width: 864, height: 790 }]);
    expect(full.top + card.height).toBeLessThanOrEqual(800);
  });

  it("is above what lies below the map, and its arrow points down at it", () => {
    const above = { left: 0, top: 0, width: 768, height: 550 };
    const placed = place(card, { left: 600, top: 600, width: 100, height: 40 }, above, []);
    expect(placed.arrow).toBe("bottom");
    expect(placed.left + placed.at).toBe(650);
    expect(placed.top + card.height).toBeLessThanOrEqual(550);
  });

  it("points at nothing where it is about the map itself", () => {
    expect(place(card, map, map, []).arrow).toBeNull();
  });
});
