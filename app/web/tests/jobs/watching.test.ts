import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JobStatus } from "../../src/api/types";
import { watchJob } from "../../src/jobs/watching";

const streams: Stream[] = [];

/** A stream whose pieces a test hands out. */
class Stream {
  private controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly response: Response;

  constructor() {
    streams.push(this);
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.controller = controller;
      },
    });
    this.response = new Response(body, { status: 200 });
  }

  says(text: string): void {
    this.controller?.enqueue(new TextEncoder().encode(text));
  }

  tells(progress: number, status = "running"): void {
    this.says(`id: at-${progress}\nevent: status\ndata: ${JSON.stringify({ status, progress })}\n\n`);
  }

  ends(): void {
    this.controller?.close();
  }

  breaks(): void {
    this.controller?.error(new TypeError("network error"));
  }
}

type Answer = Response | Promise<Response> | "lost";

const seen = { progress: [] as number[], ends: [] as string[], contact: [] as boolean[], isMissing: false };
const asked: { path: string; last: string | null; at: number }[] = [];
let onEvents: () => Answer;
let onJob: () => Answer;
let ending: AbortController;

const job = (progress: number, status = "running"): Response =>
  new Response(JSON.stringify({ jobID: "j", status, progress }));

function watched(): void {
  const watcher = {
    status: (status: JobStatus) => {
      seen.progress.push(status.progress);
      seen.ends.push(status.status);
    },
    contact: (isThere: boolean) => {
      if (seen.contact.at(-1) !== isThere) seen.contact.push(isThere);
    },
    missing: () => {
      seen.isMissing = true;
    },
  };
  void watchJob("j", watcher, ending.signal);
}

beforeEach(() => {
  vi.useFakeTimers();
  ending = new AbortController();
  Object.assign(seen, { progress: [], ends: [], contact: [], isMissing: false });
  asked.length = 0;
  onEvents = () => new Response(null, { status: 503 });
  onJob = () => "lost";
  const fetch = async (url: string, init: RequestInit): Promise<Response> => {
    const path = new URL(url).pathname;
    asked.push({ path, last: new Headers(init.headers).get("last-event-id"), at: Date.now() });
    const answer = await (path.endsWith("events") ? onEvents() : onJob());
    if (answer === "lost") throw new TypeError("Failed to fetch");
    init.signal?.addEventListener("abort", () => {
      for (const stream of streams.splice(0)) stream.breaks();
    });
    return answer;
  };
  vi.stubGlobal("fetch", fetch);
});

afterEach(() => {
  ending.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (milliseconds: number): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);
const count = (end: string): number => asked.filter(({ path }) => path.endsWith(end)).length;

describe("watching a job", () => {
  it("tells what the stream says until the job has ended", async () => {
    const stream = new Stream();
    onEvents = () => stream.response;
    watched();
    await pass(1);
    stream.tells(10);
    await pass(1);
    stream.tells(60);
    await pass(1);
    expect(seen.progress).toEqual([10, 60]);
    stream.tells(100, "successful");
    stream.ends();
    await pass(60_000);
    expect(seen.ends.at(-1)).toBe("successful");
    expect(asked).toHaveLength(1);
  });

  it("goes on where it was after the server was away", async () => {
    const first = new Stream();
    const second = new Stream();
    onEvents = () => first.response;
    watched();
    await pass(1);
    first.tells(10);
    await pass(1);
    onEvents = () => "lost";
    first.breaks();
    await pass(8000);
    expect(seen.contact).toEqual([true, false]);
    expect(seen.ends).not.toContain("failed");
    onEvents = () => second.response;
    onJob = () => job(20);
    await pass(10_000);
    expect(asked.at(-1)).toMatchObject({ path: "/jobs/j/events", last: "at-10" });
    second.tells(30);
    await pass(1);
    expect(seen.contact).toEqual([true, false, true]);
    expect(seen.progress.at(-1)).toBe(30);
  });

  it("asks ever more seldom while the server is away", async () => {
    onEvents = () => "lost";
    watched();
    await pass(30_000);
    const times = asked.filter(({ path }) => path === "/jobs/j").map(({ at }) => at);
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 10_000]);
  });

  it("asks for the job itself where there are too many streams", async () => {
    let progress = 0;
    onJob = () => {
      progress += 10;
      return job(progress, progress === 50 ? "successful" : "running");
    };
    watched();
    await pass(60_000);
    expect(seen.progress).toEqual([10, 20, 30, 40, 50]);
    expect(seen.ends.at(-1)).toBe("successful");
  });

  it("asks for the job itself where a proxy keeps the stream back", async () => {
    onEvents = () => new Stream().response;
    onJob = () => job(1);
    watched();
    await pass(34_000);
    expect(count("/j")).toBe(0);
    await pass(20_000);
    expect(count("/events")).toBe(1);
    expect(count("/j")).toBeGreaterThan(5);
  });

  it("does not take a stream for dead whose heart beats", async () => {
    const stream = new Stream();
    onEvents = () => stream.response;
    watched();
    for (let beat = 0; beat < 10; beat++) {
      await pass(15_000);
      stream.says(": ping\n\n");
    }
    expect(asked).toHaveLength(1);
  });

  it("listens again where a stream that spoke falls silent", async () => {
    const stream = new Stream();
    onEvents = () => (count("/events") === 1 ? stream.response : new Stream().response);
    onJob = () => job(15);
    watched();
    await pass(1);
    stream.tells(10);
    await pass(40_000);
    expect(count("/events")).toBe(2);
  });

  it("knows the end where it had been told of it before", async () => {
    onEvents = () => new Response(null, { status: 204 });
    onJob = () => job(100, "successful");
    watched();
    await pass(5000);
    expect(seen.ends).toEqual(["successful"]);
  });

  it("says that there is no such job", async () => {
    onJob = () => new Response(JSON.stringify({ type: "/problems/no-such-job" }), { status: 404 });
    watched();
    await pass(60_000);
    expect(seen.isMissing).toBe(true);
    expect(asked).toHaveLength(2);
  });

  it("asks nothing any more once it is told to end", async () => {
    onEvents = () => "lost";
    watched();
    await pass(3000);
    ending.abort();
    const before = asked.length;
    await pass(60_000);
    expect(asked).toHaveLength(before);
  });
});
