import { describe, expect, it, vi } from "vitest";
import { followAnother, head, version } from "../../src/follow/follow";
import { withClassChanged, withLabelMoved, withLabels, withLabelsOfClass } from "../../src/project/edits";
import { edit, open, project, redo, undo } from "../../src/state";
import { add, anewForEach, begun, CLASSES, idAt, point, REGION, server, settled, state } from "./scene";
import { problem } from "./server";

anewForEach();

describe("following", () => {
  it("adapts once two classes have labels, and not before", async () => {
    open({ region: REGION, classes: CLASSES, labels: [] });
    add("w", 1);
    await settled();
    expect(server.requests).toEqual([]);
    expect(state()).toBe("waiting");
    add("f", 2);
    await settled();
    expect(state()).toBe("current");
    expect(version.value?.version).toBe(1);
    expect(server.labels()).toEqual(["forest 2,50", "water 1,50"]);
  });

  it("sends what is labelled while a request is under way with the next one", async () => {
    let release = (): void => undefined;
    const held = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    server.before = () => (server.requests.length === 1 ? held : undefined);
    open(begun());
    await vi.advanceTimersByTimeAsync(10);
    add("w", 3);
    add("f", 4);
    await vi.advanceTimersByTimeAsync(10);
    expect(server.requests).toHaveLength(1);
    release();
    await settled();
    expect(server.requests).toEqual(["POST /adaptations", "POST /adaptations/a1/labels"]);
    expect(server.labels()).toEqual(["forest 2,50", "forest 4,50", "water 1,50", "water 3,50"]);
    expect(state()).toBe("current");
  });

  it("removes a label that is undone, and adds it again when it is redone", async () => {
    open(begun());
    await settled();
    add("w", 3);
    await settled();
    undo();
    await settled();
    expect(server.labels()).toEqual(["forest 2,50", "water 1,50"]);
    expect(server.current().operations).toEqual([{ op: "remove", label: 3 }]);
    redo();
    await settled();
    expect(server.labels()).toEqual(["forest 2,50", "water 1,50", "water 3,50"]);
  });

  it("sends a move, another class and another name of a class", async () => {
    open(begun());
    await settled();
    edit((now) => withLabelMoved(now, idAt(1), { type: "Point", coordinates: [9, 50] }));
    edit((now) => withLabelsOfClass(now, new Set([idAt(2)]), "w"));
    add("f", 5);
    edit((now) => withClassChanged(now, "f", { name: "woods" }));
    await settled();
    expect(server.labels()).toEqual(["water 2,50", "water 9,50", "woods 5,50"]);
    expect(server.current().legend.map((entry) => entry.name)).toEqual(["water", "woods"]);
    expect(server.versions()).toHaveLength(2);
  });

  it("shows no version of another region", async () => {
    open(begun());
    await settled();
    server.before = () => problem(422, "outside-imagery");
    edit((now) => ({ ...now, region: { ...REGION, imagery: "elsewhere" } }));
    await settled();
    expect(version.value).toBeNull();
    expect(state()).toBe("refused");
  });

  it("goes on with what it had after a reload", async () => {
    open(begun());
    await settled();
    const kept = head.value;
    const before = project.value;
    followAnother(kept);
    open({ ...before });
    await settled();
    expect(version.value?.version).toBe(1);
    expect(server.requests).toEqual(["POST /adaptations", "GET /adaptations/a1/versions/1"]);
    add("w", 3);
    await settled();
    expect(server.current().version).toBe(2);
  });

  it("leaves the adaptation of a project alone that is no longer open", async () => {
    let release = (): void => undefined;
    const held = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    server.before = () => (server.requests.length === 1 ? held : undefined);
    open(begun());
    await vi.advanceTimersByTimeAsync(10);
    followAnother(null);
    open(withLabels({ region: REGION, classes: CLASSES, labels: [] }, [point("w", 7), point("f", 8)]));
    release();
    await settled();
    expect(head.value?.known.size).toBe(2);
    expect(server.labels(head.value?.adaptation)).toEqual(["forest 8,50", "water 7,50"]);
    expect(server.requests.filter((request) => request.endsWith("labels"))).toEqual([]);
  });
});
