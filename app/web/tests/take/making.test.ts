import { describe, expect, it } from "vitest";
import { Problem } from "../../src/api/problem";
import { fileAddress } from "../../src/api/results";
import type { JobStatus, Version } from "../../src/api/types";
import type { Following } from "../../src/follow/follow";
import { oneOfEach } from "../../src/panels/take/Earlier";
import { labelFiles, labelsAsGeoJson, mapFiles } from "../../src/panels/take/files";
import { makingOf } from "../../src/panels/take/making";
import { EMPTY, type Project } from "../../src/project/project";

const CLASSES = [
  { id: "w", value: 80, name: "water", color: "#0064C8" },
  { id: "f", value: 10, name: "forest", color: "#006400" },
];
const REGION = { imagery: "scene", bbox: null, start: null, end: null, steps: null };
const PROJECT: Project = {
  region: REGION,
  classes: CLASSES,
  labels: [{ id: "a", classId: "w", geometry: { type: "Point", coordinates: [1, 2] } }],
};
const WAITING: Following = { state: "waiting" };
const CURRENT: Following = { state: "current" };
const PROBLEM = new Problem({ status: 422, code: "outside-imagery", title: "", detail: "" });
const job = (status: string): JobStatus => ({ status, progress: 10 }) as JobStatus;

describe("the full map", () => {
  it.each<[string, Project, Following, unknown]>([
    ["a region", EMPTY, WAITING, { is: "missing", what: "region" }],
    ["classes", { ...EMPTY, region: REGION }, WAITING, { is: "missing", what: "classes" }],
    ["labels", PROJECT, WAITING, { is: "missing", what: "labels" }],
    ["to wait", PROJECT, { state: "working", since: 0 }, { is: "missing", what: "following" }],
    ["the server", PROJECT, { state: "offline", problem: PROBLEM }, { is: "missing", what: "server" }],
    ["other labels", PROJECT, { state: "refused", problem: PROBLEM }, { is: "refused", problem: PROBLEM }],
    ["nothing", PROJECT, CURRENT, { is: "possible" }],
  ])("needs %s", (_, project, following, making) => {
    expect(makingOf(project, following, null, null)).toEqual(making);
  });

  it("is there where there is one of what is shown", () => {
    expect(makingOf(PROJECT, CURRENT, null, "m")).toEqual({ is: "done", map: "m" });
  });

  it.each(["failed", "dismissed", "successful"])("can be made again after a job that %s", (status) => {
    expect(makingOf(PROJECT, CURRENT, job(status), null)).toEqual({ is: "possible" });
  });

  it.each(["accepted", "running"])("is under way, whatever else is, while its job is %s", (status) => {
    const making = makingOf(PROJECT, { state: "offline", problem: PROBLEM }, job(status), "m");
    expect(making).toEqual({ is: "under way", status: job(status) });
  });
});

describe("files to take away", () => {
  it("have addresses of the server, with a signature where one is needed", () => {
    const [map] = mapFiles("m1");
    expect(map?.path).toBe("maps/m1/landcover.tif");
    expect(fileAddress("maps/m1/landcover.tif", null)).toMatch(/\/maps\/m1\/landcover\.tif$/);
    expect(fileAddress("maps/m1/landcover.tif", "expires=1&signature=a")).toMatch(
      /\/landcover\.tif\?expires=1&signature=a$/,
    );
    expect(fileAddress("labels.csv?version=2", "s=1")).toMatch(/\?version=2&s=1$/);
  });

  it("have one name each, and different addresses", () => {
    const files = [...mapFiles("m1"), ...labelFiles("a1", 3)];
    expect(new Set(files.map((each) => each.id)).size).toBe(files.length);
    expect(new Set(files.map((each) => each.path)).size).toBe(files.length);
    expect(files.map((each) => each.path)).toContain("adaptations/a1/labels.csv?version=3");
  });

  it("are labels with the names of their classes", () => {
    expect(labelsAsGeoJson(PROJECT)).toEqual({
      type: "FeatureCollection",
      features: [
        {
          type: "Feature",
          properties: { class: "water" },
          geometry: { type: "Point", coordinates: [1, 2] },
        },
      ],
    });
  });

  it("are earlier maps, each once, but for the one that is shown", () => {
    const version = (number: number, map: string | null): Version =>
      ({
        version: number,
        links: map ? [{ rel: "map", href: `http://s/maps/${map.repeat(32)}` }] : [],
      }) as unknown as Version;
    const versions = [version(5, "a"), version(4, "b"), version(3, null), version(2, "b"), version(1, "c")];
    expect(oneOfEach(versions, "a".repeat(32)).map((each) => each.version)).toEqual([4, 1]);
  });
});
