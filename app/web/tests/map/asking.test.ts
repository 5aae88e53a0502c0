import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Pixel } from "../../src/api/pixel";
import type { Version } from "../../src/api/types";
import { version } from "../../src/follow/follow";
import { startLanguage } from "../../src/i18n/i18n";
import { answer, startAsking } from "../../src/map/inspector/asking";
import { asked } from "../../src/map/view";
import { EMPTY } from "../../src/project/project";
import { open } from "../../src/state";

interface Request {
  readonly query: URLSearchParams;
  answer(status: number, document: unknown): void;
}

let requests: Request[] = [];
let stop: () => void;

const FIRST = { id: "a", version: 1 } as Version;
const pixel = (lon: number): Partial<Pixel> => ({ lon, observed: false, classes: [] });

beforeEach(async () => {
  await startLanguage();
  requests = [];
  vi.stubGlobal("fetch", (place: string, { signal }: RequestInit) => {
    return new Promise<Response>((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
      requests.push({
        query: new URL(place).searchParams,
        answer: (status, document) => resolve(new Response(JSON.stringify(document), { status })),
      });
    });
  });
  stop = startAsking();
});

afterEach(() => {
  stop();
  asked.value = null;
  version.value = null;
  vi.unstubAllGlobals();
});

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

it("asks nobody before there is a map", () => {
  asked.value = [1, 2];
  expect(answer.value.state).toBe("early");
  expect(requests).toHaveLength(0);
});

it("shows the answer to the last question, in whichever order answers come", async () => {
  version.value = FIRST;
  asked.value = [1, 2];
  asked.value = [3, 4];
  requests[1]?.answer(200, pixel(3));
  requests[0]?.answer(200, pixel(1));
  await settled();
  expect(answer.value).toEqual({ state: "known", pixel: pixel(3) });
});

it("asks again of a new version, and shows the old answer meanwhile", async () => {
  version.value = FIRST;
  asked.value = [1, 2];
  requests[0]?.answer(200, pixel(1));
  await settled();
  version.value = { ...FIRST, version: 2 };
  expect(requests[1]?.query.get("version")).toBe("2");
  expect(answer.value.state).toBe("known");
  asked.value = [3, 4];
  expect(answer.value.state).toBe("asking");
});

it("tells a place outside of the region from other refusals", async () => {
  version.value = FIRST;
  asked.value = [1, 2];
  requests[0]?.answer(422, { errors: [{ where: "lon, lat", reason: "outside" }] });
  await settled();
  expect(answer.value.state).toBe("outside");
  asked.value = [3, 4];
  requests[1]?.answer(404, { type: "/problems/not-found", title: "Gone", detail: "It is gone." });
  await settled();
  expect(answer.value).toMatchObject({ state: "refused", problem: { title: "Gone" } });
});

it("forgets the pixel where the region becomes another one", () => {
  asked.value = [1, 2];
  open({ ...EMPTY, region: { imagery: "other", bbox: null, start: null, end: null, steps: null } });
  expect(asked.value).toBeNull();
});
