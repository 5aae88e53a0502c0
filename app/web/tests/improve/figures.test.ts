import { signal } from "@preact/signals";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "../../src/api/problem";
import type { Version } from "../../src/api/types";
import { Figures } from "../../src/panels/improve/figures";

const of = (version: number, id = "a"): Version => ({ id, version }) as Version;

let shown = signal<Version | null>(null);
let asked: {
  of: string;
  signal: AbortSignal;
  answer: (value: string) => void;
  refuse: (why: unknown) => void;
}[];
let figures: Figures<string>;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  shown = signal<Version | null>(null);
  figures = new Figures(
    shown,
    (version, ending) =>
      new Promise((answer, refuse) => {
        asked.push({ of: `${version.id}${version.version}`, signal: ending, answer, refuse });
        ending.addEventListener("abort", () => refuse(ending.reason));
      }),
  );
  stop = figures.follow();
});

afterEach(() => {
  stop();
  vi.useRealTimers();
});

const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);

/** Figures of version 1, and nothing on its way. */
async function known(): Promise<void> {
  shown.value = of(1);
  await pass(0);
  asked[0]?.answer("one");
  await pass(0);
}

describe("figures of the version that is shown", () => {
  it("are asked for at once where there are none", async () => {
    await known();
    expect(figures.known.value).toMatchObject({ value: "one", isOld: false, problem: null });
  });

  it("stay, as old ones, until those of the next version are there", async () => {
    await known();
    shown.value = of(2);
    expect(figures.known.value).toMatchObject({ value: "one", isOld: true });
    await pass(1000);
    asked[1]?.answer("two");
    await pass(0);
    expect(figures.known.value).toMatchObject({ value: "two", isOld: false });
  });

  it("are asked for once where versions follow each other fast", async () => {
    await known();
    for (const number of [2, 3, 4]) {
      shown.value = of(number);
      await pass(200);
    }
    await pass(1000);
    expect(asked.map((each) => each.of)).toEqual(["a1", "a4"]);
  });

  it("are not waited for any more once there is another version", async () => {
    await known();
    shown.value = of(2);
    await pass(1000);
    shown.value = of(3);
    expect(asked[1]?.signal.aborted).toBe(true);
    await pass(1000);
    asked[2]?.answer("three");
    await pass(0);
    expect(figures.known.value).toMatchObject({ value: "three", problem: null });
  });

  it("are new again where the version returns before they were asked for", async () => {
    await known();
    shown.value = of(2);
    await pass(100);
    shown.value = of(1);
    await pass(5000);
    expect(figures.known.value).toMatchObject({ value: "one", isOld: false });
    expect(asked).toHaveLength(1);
  });

  it("of another adaptation are no old ones of this", async () => {
    await known();
    shown.value = of(1, "b");
    expect(figures.known.value).toMatchObject({ value: null, of: null });
    await pass(0);
    expect(asked[1]?.of).toBe("b1");
  });

  it("are asked for again by themselves where the server is away", async () => {
    shown.value = of(1);
    await pass(0);
    asked[0]?.refuse(Problem.offline());
    await pass(0);
    expect(figures.known.value.problem?.code).toBe("offline");
    await pass(2000);
    asked[1]?.answer("one");
    await pass(0);
    expect(figures.known.value).toMatchObject({ value: "one", problem: null });
  });

  it("are asked for again by hand where they were refused", async () => {
    shown.value = of(1);
    await pass(0);
    asked[0]?.refuse(new Problem({ status: 409, code: "outdated-adaptation", title: "", detail: "" }));
    await pass(60_000);
    expect(asked).toHaveLength(1);
    figures.again();
    await pass(0);
    expect(figures.known.value.problem).toBeNull();
    expect(asked).toHaveLength(2);
  });

  it("are asked for no more once nobody looks", async () => {
    await known();
    stop();
    shown.value = of(2);
    await pass(5000);
    expect(asked).toHaveLength(1);
    stop = figures.follow();
    await pass(1000);
    expect(asked[1]?.of).toBe("a2");
  });
});
