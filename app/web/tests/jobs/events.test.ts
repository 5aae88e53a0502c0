import { describe, expect, it } from "vitest";
import { EventReader, type ServerEvent } from "../../src/jobs/events";

const STREAM = [
  ": a comment keeps proxies from closing the connection",
  "",
  "id: 1",
  "event: status",
  'data: {"progress": 5}',
  "",
  "data: one",
  "data:two",
  "",
  "retry: 100",
  "id",
  "data:  spaced",
  "",
  "event: status",
  "",
  "data: unfinished",
];

/** What the HTML standard says comes of it. */
const EVENTS: ServerEvent[] = [
  { name: "status", id: "1", data: '{"progress": 5}' },
  { name: "message", id: "1", data: "one\ntwo" },
  { name: "message", id: "", data: " spaced" },
];

function read(pieces: readonly string[]): ServerEvent[] {
  const reader = new EventReader();
  return pieces.flatMap((piece) => reader.read(piece));
}

describe("a stream of server-sent events", () => {
  it.each([
    ["\n", "line feeds"],
    ["\r\n", "both"],
    ["\r", "returns"],
  ])("is read with line ends of any kind: %j (%s)", (end) => {
    expect(read([STREAM.join(end)])).toEqual(EVENTS);
  });

  it.each(["\n", "\r\n"])("is the same however it is cut into pieces (line ends %j)", (end) => {
    const text = STREAM.join(end);
    for (let cut = 0; cut <= text.length; cut++) {
      expect(read([text.slice(0, cut), text.slice(cut)])).toEqual(EVENTS);
    }
    expect(read([...text])).toEqual(EVENTS);
  });

  it("may begin with a byte order mark", () => {
    expect(read(["\uFEFFdata: a\n\n"])).toEqual([{ name: "message", id: "", data: "a" }]);
  });

  it("keeps colons of the data", () => {
    expect(read(["data: a: b:c\n\n"])[0]?.data).toBe("a: b:c");
  });
});
