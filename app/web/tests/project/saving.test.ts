import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Head } from "../../src/follow/operations";
import { EMPTY, type Project } from "../../src/project/project";
import { load, save, tidy } from "../../src/project/saving";

const PROJECT: Project = {
  region: { imagery: "scene", bbox: [1, 2, 3, 4], start: null, end: null, steps: null },
  classes: [{ id: "w", value: 80, name: "water", color: "#0064C8" }],
  labels: [{ id: "l", classId: "w", geometry: { type: "Point", coordinates: [1.5, 2.5] } }],
};
const HEAD: Head = {
  adaptation: "a1",
  version: 3,
  region: "r",
  legend: "l",
  known: new Map([["l", { server: 7, className: "water", geometry: "[1.5,2.5]" }]]),
};
const KEY = "landshot.project.";

/** A storage with room for so many characters. */
class Small implements Storage {
  readonly kept = new Map<string, string>();

  constructor(private readonly room: number) {}

  get length(): number {
    return this.kept.size;
  }

  key = (index: number): string | null => [...this.kept.keys()][index] ?? null;
  getItem = (key: string): string | null => this.kept.get(key) ?? null;
  removeItem = (key: string): void => void this.kept.delete(key);
  clear = (): void => this.kept.clear();

  setItem = (key: string, value: string): void => {
    const others = [...this.kept].filter(([name]) => name !== key);
    const used = others.reduce((sum, [, text]) => sum + text.length, 0);
    if (used + value.length > this.room) throw new DOMException("full", "QuotaExceededError");
    this.kept.set(key, value);
  };
}

beforeEach(() => localStorage.clear());

describe("projects in the browser's storage", () => {
  it("come back as they were", () => {
    expect(save("p", { project: PROJECT, head: HEAD })).toBe(true);
    expect(load("p")).toEqual({ project: PROJECT, head: HEAD });
  });

  it("come back without what the server has, where it has nothing", () => {
    save("p", { project: EMPTY, head: null });
    expect(load("p")).toEqual({ project: EMPTY, head: null });
  });

  it.each([
    ["there is none", null],
    ["it is no JSON", "{"],
    ["it is of another format", JSON.stringify({ format: 99, project: PROJECT })],
    ["it has no labels", JSON.stringify({ format: 1, project: { classes: [] } })],
    ["it is something else", JSON.stringify(null)],
  ])("are not there where %s", (_, text) => {
    if (text !== null) localStorage.setItem(`${KEY}p`, text);
    expect(load("p")).toBeNull();
  });

  it("keep their labels where what the server has cannot be read", () => {
    const text = JSON.stringify({ format: 1, project: PROJECT, head: { adaptation: "a1", known: 5 } });
    localStorage.setItem(`${KEY}p`, text);
    expect(load("p")).toEqual({ project: PROJECT, head: null });
  });

  it("make room by forgetting those that were saved longest ago", () => {
    vi.useFakeTimers();
    const size = JSON.stringify({ format: 1, saved: Date.now(), project: PROJECT, head: null }).length;
    const storage = new Small(2.5 * size);
    for (const [day, id] of ["old", "newer", "newest"].entries()) {
      vi.setSystemTime(Date.UTC(2026, 0, day + 1));
      expect(save(id, { project: PROJECT, head: null }, storage)).toBe(true);
    }
    vi.useRealTimers();
    expect([...storage.kept.keys()]).toEqual([`${KEY}newer`, `${KEY}newest`]);
  });

  it("say so where there is no room at all, and forget nothing of others", () => {
    const storage = new Small(10);
    storage.setItem("other", "x");
    expect(save("p", { project: PROJECT, head: null }, storage)).toBe(false);
    expect(storage.getItem("other")).toBe("x");
  });

  it("are a score at most, and the one that is worked on stays", () => {
    vi.useFakeTimers();
    for (let day = 0; day < 25; day++) {
      vi.setSystemTime(Date.UTC(2026, 0, day + 1));
      save(`p${day}`, { project: PROJECT, head: null });
    }
    vi.useRealTimers();
    localStorage.setItem("landshot.theme", "dark");
    tidy("p0");
    expect(load("p0")).not.toBeNull();
    expect(load("p1")).toBeNull();
    expect(load("p24")).not.toBeNull();
    expect(Object.keys(localStorage).filter((key) => key.startsWith(KEY))).toHaveLength(20);
    expect(localStorage.getItem("landshot.theme")).toBe("dark");
  });
});
