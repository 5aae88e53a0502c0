import type DataTile from "ol/DataTile";
import { get } from "ol/proj";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Pictures } from "../../src/map/tiles";

/** Requests as they come, to be answered one by one. */
interface Request {
  readonly place: string;
  readonly signal: AbortSignal;
  answer(status: number, headers?: Record<string, string>): void;
  fail(): void;
}

let requests: Request[] = [];

beforeEach(() => {
  requests = [];
  vi.useFakeTimers();
  vi.stubGlobal("createImageBitmap", async () => ({ width: 1, height: 1 }));
  vi.stubGlobal("fetch", (place: string, { signal }: { signal: AbortSignal }) => {
    return new Promise<Response>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
      requests.push({
        place,
        signal,
        answer: (status, headers = {}) => resolve(new Response("", { status, headers })),
        fail: () => reject(new TypeError("no network")),
      });
    });
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const [IDLE, LOADED, ERROR] = [0, 2, 3];

function tileOf(pictures: Pictures, z = 1, x = 0, y = 0): DataTile {
  const tile = pictures.getTile(z, x, y, 1, get("EPSG:3857") ?? undefined) as unknown as DataTile;
  tile.load();
  return tile;
}

const settled = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => undefined);

it("asks for tiles of the address that is shown", async () => {
  const pictures = new Pictures();
  pictures.show("http://here/{z}/{x}/{y}.png?version=1");
  const tile = tileOf(pictures, 3, 2, 1);
  expect(requests.map((request) => request.place)).toEqual(["http://here/3/2/1.png?version=1"]);
  expect(pictures.pending.value).toBe(1);
  requests[0]?.answer(200);
  await settled();
  expect(tile.getState()).toBe(LOADED);
  expect(pictures.pending.value).toBe(0);
});

it("waits for nothing of an older address, and can come back to it", async () => {
  const pictures = new Pictures();
  pictures.show("http://here/{z}/{x}/{y}.png?version=1");
  const key = pictures.getKey();
  const tile = tileOf(pictures);
  expect(pictures.show("http://here/{z}/{x}/{y}.png?version=2")).toBe(true);
  expect(requests[0]?.signal.aborted).toBe(true);
  await settled();
  expect(tile.getState()).toBe(IDLE);
  pictures.show("http://here/{z}/{x}/{y}.png?version=1");
  expect(pictures.getKey()).toBe(key);
});

it("does nothing where the address is the same", () => {
  const pictures = new Pictures();
  pictures.show("http://here/{z}/{x}/{y}.png");
  tileOf(pictures);
  expect(pictures.show("http://here/{z}/{x}/{y}.png")).toBe(false);
  expect(requests[0]?.signal.aborted).toBe(false);
});

it("asks again for a tile that is not ready, as late as the server says, and while the server is away", async () => {
  const pictures = new Pictures();
  pictures.show("http://here/{z}/{x}/{y}.png");
  const tile = tileOf(pictures);
  requests[0]?.answer(503, { "retry-after": "5" });
  await vi.advanceTimersByTimeAsync(4900);
  expect(requests).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(requests).toHaveLength(2);
  requests[1]?.fail();
  await vi.advanceTimersByTimeAsync(2100);
  expect(requests).toHaveLength(3);
  requests[2]?.answer(200);
  await settled();
  expect(tile.getState()).toBe(LOADED);
});

it("gives up on a tile that is refused, and asks for it once more when it is told to", async () => {
  const pictures = new Pictures();
  pictures.show("http://here/{z}/{x}/{y}.png");
  const key = pictures.getKey();
  pictures.again();
  expect(pictures.getKey()).toBe(key);
  const tile = tileOf(pictures);
  requests[0]?.answer(401);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(requests).toHaveLength(1);
  expect(tile.getState()).toBe(ERROR);
  pictures.again();
  expect(pictures.getKey()).not.toBe(key);
});

it("stops waiting for tiles that are out of sight, in every copy of the world", () => {
  const pictures = new Pictures();
  pictures.show("http://here/{z}/{x}/{y}.png");
  for (const [z, x] of [
    [2, 0],
    [2, 1],
    [3, 0],
  ] as const) {
    tileOf(pictures, z, x, 1);
  }
  const grid = pictures.getTileGrid();
  const resolution = grid?.getResolution(2) ?? 0;
  const [left = 0, bottom = 0, right = 0, top = 0] = grid?.getTileCoordExtent([2, 4, 1]) ?? [];
  pictures.dropOutside([left + 1, bottom + 1, right - 1, top - 1], resolution);
  expect(requests.map((request) => request.signal.aborted)).toEqual([false, true, true]);
});
