import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { JobStatus, Version } from "../../src/api/types";
import { version } from "../../src/follow/follow";
import { startLanguage } from "../../src/i18n/i18n";
import { isForgotten, job, jobStatus, mapOf, mapShown, startJobs, takeUp } from "../../src/jobs/job";
import { news, startNews } from "../../src/jobs/news";
import { step } from "../../src/state";

const MAP = "0123456789abcdef0123456789abcdef";
const OTHER = "ffffffffffffffffffffffffffffffff";

const versionWith = (number: number, map: string | null): Version =>
  ({
    id: "a1",
    version: number,
    links: map ? [{ rel: "map", href: `http://server/below/maps/${map}` }] : [],
  }) as unknown as Version;

const status = (state: JobStatus["status"], more: Partial<JobStatus> = {}): JobStatus =>
  ({ jobID: "j1", status: state, progress: 40, message: "", ...more }) as JobStatus;

const made = (of: { id: string; version: number }, map = MAP): JobStatus =>
  status("successful", { "landshot:map": map, "landshot:adaptation": of });

let answers: Record<string, unknown>;
let ends: (() => void)[];

beforeEach(async () => {
  await startLanguage();
  vi.useFakeTimers();
  answers = {};
  vi.stubGlobal("fetch", async (url: string) => {
    const answer = answers[new URL(url).pathname];
    return answer ? new Response(JSON.stringify(answer)) : new Response("{}", { status: 404 });
  });
  ends = [startJobs(), startNews()];
});

afterEach(() => {
  job.value = null;
  jobStatus.value = null;
  version.value = null;
  step.value = "where";
  for (const end of ends) end();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (): Promise<unknown> => vi.advanceTimersByTimeAsync(100);

describe("the job in the address", () => {
  it("is watched when it is there", async () => {
    answers["/jobs/j1"] = status("successful");
    job.value = "j1";
    await pass();
    expect(jobStatus.value?.status).toBe("successful");
  });

  it("is missed where the server does not know it", async () => {
    job.value = "j1";
    await pass();
    expect(isForgotten.value).toBe(true);
    job.value = null;
    expect(isForgotten.value).toBe(false);
  });

  it("gives way to another one, and what was known of it goes", async () => {
    answers["/jobs/j1"] = status("successful");
    job.value = "j1";
    await pass();
    job.value = "j2";
    expect(jobStatus.value).toBeNull();
  });
});

describe("the map of what is shown", () => {
  it("is the one that the version is linked to", () => {
    version.value = versionWith(3, MAP);
    expect(mapShown.value).toBe(MAP);
    version.value = versionWith(4, null);
    expect(mapShown.value).toBeNull();
  });

  it("is the one that the job made of it", () => {
    version.value = versionWith(3, null);
    takeUp(made({ id: "a1", version: 3 }));
    expect(mapShown.value).toBe(MAP);
  });

  it("is not the one that the job made of other labels", async () => {
    answers["/adaptations/a1/versions/4"] = versionWith(4, null);
    version.value = versionWith(4, null);
    takeUp(made({ id: "a1", version: 3 }));
    await pass();
    expect(mapShown.value).toBeNull();
  });

  it("may have been made under the name of another adaptation", async () => {
    answers["/adaptations/a1/versions/4"] = versionWith(4, MAP);
    version.value = versionWith(4, null);
    takeUp(made({ id: "b2", version: 1 }));
    await pass();
    expect(mapShown.value).toBe(MAP);
  });

  it("is found behind a proxy's address, and nowhere else", () => {
    expect(mapOf(versionWith(1, OTHER))).toBe(OTHER);
    const elsewhere = { links: [{ rel: "map", href: "http://server/maps/../x" }] } as unknown as Version;
    expect(mapOf(elsewhere)).toBeNull();
  });
});

describe("news of a job", () => {
  it("are told where another step is open, until they are looked at", () => {
    step.value = "label";
    takeUp(status("running"));
    expect(document.title).toBe("40% – Landshot");
    jobStatus.value = made({ id: "a1", version: 3 });
    expect(news.value).toBe("ready");
    expect(document.title).toBe("Ready – Landshot");
    step.value = "take";
    expect(news.value).toBeNull();
    expect(document.title).toBe("Landshot");
    step.value = "label";
    expect(news.value).toBeNull();
  });

  it("are none where the job is looked at, was cancelled, or had ended before", () => {
    step.value = "take";
    takeUp(status("running"));
    jobStatus.value = made({ id: "a1", version: 3 });
    expect(news.value).toBeNull();
    step.value = "label";
    expect(news.value).toBeNull();
    takeUp(status("running", { jobID: "j2" }));
    jobStatus.value = status("dismissed", { jobID: "j2" });
    expect(news.value).toBeNull();
    takeUp({ ...made({ id: "a1", version: 3 }), jobID: "j3" });
    expect(news.value).toBeNull();
  });

  it("may be bad", () => {
    takeUp(status("accepted"));
    jobStatus.value = status("failed");
    expect(news.value).toBe("failed");
  });
});
