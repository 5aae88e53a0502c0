import { describe, expect, it } from "vitest";
import { advanced, begun, redone, type Timeline, undone } from "../../src/project/undo";

function line(...states: string[]): Timeline<string> {
  const [first = "", ...rest] = states;
  return rest.reduce(advanced, begun(first));
}

describe("undo and redo", () => {
  it("go back through all states, and forward again", () => {
    let now = line("a", "b", "c");
    now = undone(undone(now));
    expect(now.present).toBe("a");
    now = redone(redone(now));
    expect(now).toEqual(line("a", "b", "c"));
  });

  it("do nothing at either end", () => {
    const start = begun("a");
    expect(undone(start)).toBe(start);
    expect(redone(start)).toBe(start);
  });

  it("forget what was undone once something else is done", () => {
    const now = advanced(undone(line("a", "b")), "c");
    expect(redone(now)).toBe(now);
    expect(undone(now).present).toBe("a");
  });

  it("have no step for a change that changes nothing", () => {
    const now = line("a", "b");
    expect(advanced(now, now.present)).toBe(now);
  });

  it("keep the latest five hundred states", () => {
    let now = begun(0);
    for (let state = 1; state <= 1000; state++) now = advanced(now, state);
    let steps = 0;
    while (now.past.length > 0) {
      now = undone(now);
      steps++;
    }
    expect([steps, now.present]).toEqual([500, 500]);
  });
});
