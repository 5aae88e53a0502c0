import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { planning, startPlanning } from "../../src/panels/where/planning";
import { EMPTY } from "../../src/project/project";
import { edit, imageries, open } from "../../src/state";

const REGION = { imagery: "scene", bbox: null, start: null, end: null, steps: null } as const;

interface Asked {
  readonly body: { readonly bbox?: readonly number[] };
  readonly signal: AbortSignal;
  answer(plan: unknown): void;
}

let asked: Asked[] = [];
let stop = (): void => {};

beforeEach(() => {
  vi.useFakeTimers();
  asked = [];
  vi.stubGlobal(
    "fetch",
    (_: string, { body, signal }: { body: string; signal: AbortSignal }) =>
      new Promise<Response>((resolve, reject) => {
        asked.push({
          body: JSON.parse(body),
          signal,
          answer: (plan) => resolve(new Response(JSON.stringify(plan))),
        });
        signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
      }),
  );
  imageries.value = [{ name: "scene", kind: "file", sensor: null, bbox: [0, 0, 9, 9] }];
  open({ ...EMPTY, region: REGION });
  stop = startPlanning();
});

afterEach(() => {
  stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const draw = (east: number): void =>
  edit((before) => ({ ...before, region: { ...REGION, bbox: [0, 0, east, 1] } }));

const plan = { imagery: "scene", feasible: true, refusals: [], notes: [] };

test("a region that is still being changed is planned once", async () => {
  draw(1);
  await vi.advanceTimersByTimeAsync(200);
  draw(2);
  await vi.advanceTimersByTimeAsync(200);
  expect(asked).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(200);
  expect(asked.map(({ body }) => body.bbox)).toEqual([[0, 0, 2, 1]]);
});

test("an answer that comes too late is not shown", async () => {
  await vi.advanceTimersByTimeAsync(400);
  draw(3);
  expect(asked[0]?.signal.aborted).toBe(true);
  asked[0]?.answer({ ...plan, notes: ["late"] });
  await vi.advanceTimersByTimeAsync(400);
  expect(planning.value.isBusy).toBe(true);
  asked[1]?.answer({ ...plan, notes: ["in time"] });
  await vi.advanceTimersByTimeAsync(0);
  expect(planning.value).toMatchObject({ isBusy: false, plan: { notes: ["in time"] } });
});

test("what was planned before is not asked for again when the step is opened again", async () => {
  await vi.advanceTimersByTimeAsync(400);
  asked[0]?.answer(plan);
  await vi.advanceTimersByTimeAsync(0);
  stop();
  stop = startPlanning();
  await vi.advanceTimersByTimeAsync(400);
  expect(asked).toHaveLength(1);
});

test("a step that was left while planning plans again when it is opened", async () => {
  draw(4);
  await vi.advanceTimersByTimeAsync(400);
  stop();
  stop = startPlanning();
  await vi.advanceTimersByTimeAsync(400);
  expect(asked).toHaveLength(2);
});
