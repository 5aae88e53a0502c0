import { describe, expect, it, vi } from "vitest";
import { follow, followAnother, head } from "../../src/follow/follow";
import { withLabelMoved, withoutLabels } from "../../src/project/edits";
import { edit, open, project, undo } from "../../src/state";
import { add, anewForEach, begun, idAt, server, settled, state } from "./scene";
import { problem } from "./server";

anewForEach();

describe("a server that is away", () => {
  it("is asked again until it is back, ever more seldom", async () => {
    const times: number[] = [];
    let isAway = true;
    server.before = () => {
      times.push(Date.now());
      return isAway ? "lost" : undefined;
    };
    open(begun());
    await vi.advanceTimersByTimeAsync(40_000);
    expect(state()).toBe("offline");
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(pauses.slice(0, 6)).toEqual([500, 1000, 2000, 4000, 8000, 15_000]);
    isAway = false;
    await settled();
    expect(state()).toBe("current");
    expect(server.labels()).toEqual(["forest 2,50", "water 1,50"]);
  });

  it("is asked at once when the browser is online again", async () => {
    server.before = () => (server.requests.length < 6 ? "lost" : undefined);
    open(begun());
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state()).toBe("offline");
    const asked = server.requests.length;
    dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(1);
    expect(server.requests.length).toBe(asked + 1);
  });

  it("is given the time that it asks for", async () => {
    let count = 0;
    server.before = () => (count++ === 0 ? problem(503, "busy", [], { "retry-after": "7" }) : undefined);
    open(begun());
    await vi.advanceTimersByTimeAsync(6900);
    expect(state()).toBe("offline");
    expect(server.requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(200);
    expect(state()).toBe("current");
  });

  it("has each label once where its answer was lost", async () => {
    open(begun());
    await settled();
    server.before = (request) =>
      request.endsWith("/labels") && server.requests.length === 2 ? "cut" : undefined;
    add("w", 3);
    await settled();
    expect(state()).toBe("current");
    expect(server.labels()).toEqual(["forest 2,50", "water 1,50", "water 3,50"]);
    expect(server.names()).toEqual([1, 2, 3]);
    expect(project.value.labels).toHaveLength(3);
  });

  it("does not undo what was done while an answer was lost", async () => {
    open(begun());
    add("w", 3);
    add("w", 4);
    await settled();
    server.before = (request) =>
      request.endsWith("/labels") && server.requests.length === 2 ? "cut" : undefined;
    const gone = idAt(3);
    edit((now) => withoutLabels(now, new Set([gone])));
    edit((now) => withLabelMoved(now, idAt(4), { type: "Point", coordinates: [5, 50] }));
    add("f", 6);
    await vi.advanceTimersByTimeAsync(100);
    expect(state()).toBe("offline");
    undo();
    undo();
    undo();
    add("f", 7);
    await settled();
    expect(state()).toBe("current");
    const wanted = ["forest 2,50", "forest 7,50", "water 1,50", "water 3,50", "water 4,50"];
    expect(server.labels()).toEqual(wanted);
    expect(project.value.labels).toHaveLength(5);
  });

  it("is adapted to anew where it has forgotten the adaptation", async () => {
    open(begun());
    await settled();
    server.adaptations.clear();
    add("w", 3);
    await settled();
    expect(server.labels("a1")).toEqual(["forest 2,50", "water 1,50", "water 3,50"]);
    expect(state()).toBe("current");
  });

  it("is adapted to anew where it had forgotten the adaptation on reload", async () => {
    open(begun());
    await settled();
    const kept = head.value;
    server.adaptations.clear();
    followAnother(kept);
    follow();
    await settled();
    expect(state()).toBe("current");
    expect(server.labels("a1")).toEqual(["forest 2,50", "water 1,50"]);
  });
});
