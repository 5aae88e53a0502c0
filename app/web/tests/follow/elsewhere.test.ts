import { describe, expect, it } from "vitest";
import { returnTo, version } from "../../src/follow/follow";
import { withClassChanged, withLabelMoved, withoutLabels } from "../../src/project/edits";
import { edit, open, project, undo } from "../../src/state";
import { add, anewForEach, begun, CLASSES, idAt, server, settled, state } from "./scene";
import { problem } from "./server";

anewForEach();

describe("changes that were made elsewhere", () => {
  it("are taken over together with one's own", async () => {
    open(begun());
    await settled();
    const theirs = {
      type: "Feature",
      id: 10,
      properties: { class: "bare" },
      geometry: { type: "Point", coordinates: [8, 50] },
    } as const;
    const bare = { value: 9, name: "bare", title: "Bare", color: "#AAAAAA" };
    server.change("a1", (features) => [...features.slice(1), theirs], [...server.current().legend, bare]);
    add("w", 3);
    await settled();
    expect(state()).toBe("current");
    expect(server.labels()).toEqual(["bare 8,50", "forest 2,50", "water 3,50"]);
    expect(project.value.labels).toHaveLength(3);
    expect(project.value.classes.map((entry) => entry.name)).toEqual(["water", "forest", "bare"]);
    expect(version.value?.version).toBe(server.current().version);
  });

  it("give way where the same label was changed here", async () => {
    open(begun());
    await settled();
    server.change("a1", ([first, ...rest]) => [
      { ...first, geometry: { type: "Point", coordinates: [70, 50] } } as never,
      ...rest,
    ]);
    edit((now) => withLabelMoved(now, idAt(1), { type: "Point", coordinates: [60, 50] }));
    await settled();
    expect(server.labels()).toEqual(["forest 2,50", "water 60,50"]);
  });
});

describe("returning to a version", () => {
  it("gives the labels of then as one edit, under their names of then", async () => {
    open(begun());
    await settled();
    const first = project.value;
    add("w", 3);
    await settled();
    edit((now) => withoutLabels(now, new Set([idAt(2)])));
    add("f", 4);
    await settled();
    const before = project.value;
    await returnTo(1);
    await settled();
    expect(server.labels()).toEqual(["forest 2,50", "water 1,50"]);
    expect(project.value.labels.find((label) => label.classId === "w")).toBe(first.labels[0]);
    expect(version.value?.version).toBe(server.current().version);
    expect(state()).toBe("current");
    const corrections = server.requests.filter((request) => request === "POST /adaptations/a1/labels");
    undo();
    expect(project.value).toBe(before);
    await settled();
    expect(server.labels()).toEqual(["forest 4,50", "water 1,50", "water 3,50"]);
    expect(server.requests.filter((request) => request === "POST /adaptations/a1/labels")).toHaveLength(
      corrections.length + 1,
    );
  });

  it("gives classes their names and colours of then, and needs no further request", async () => {
    open(begun());
    await settled();
    edit((now) => withClassChanged(now, "f", { name: "woods", color: "#123456" }));
    await settled();
    await returnTo(1);
    const asked = server.requests.length;
    await settled();
    expect(project.value.classes).toEqual(CLASSES);
    expect(server.requests).toHaveLength(asked);
  });

  it("keeps a label that was set meanwhile", async () => {
    open(begun());
    await settled();
    add("w", 3);
    await settled();
    server.before = (request) => {
      if (request.endsWith("restore")) add("f", 5);
      return undefined;
    };
    await returnTo(1);
    await settled();
    expect(server.labels()).toEqual(["forest 2,50", "forest 5,50", "water 1,50"]);
  });

  it("says why it cannot be done", async () => {
    open(begun());
    await settled();
    server.before = () => problem(503, "busy");
    await expect(returnTo(1)).rejects.toMatchObject({ code: "busy" });
    server.before = () => undefined;
    add("w", 3);
    await settled();
    expect(state()).toBe("current");
  });
});
