/** One server-sent event. */
export interface ServerEvent {
  readonly name: string;
  /** The last id that the stream has given, also by an event before this one. */
  readonly id: string;
  readonly data: string;
}

/**
 * Reads a stream of server-sent events, in pieces that may be cut anywhere.
 *
 * As the HTML standard has it (9.2.6, interpreting an event stream); `retry` is left to who reconnects.
 */
export class EventReader {
  private rest = "";
  private isFirst = true;
  private name = "";
  private data: string[] = [];
  private id = "";

  /** The events that a piece of the stream completes. */
  read(piece: string): ServerEvent[] {
    let text = this.rest + piece;
    if (this.isFirst && text) {
      text = text.replace(/^\uFEFF/, "");
      this.isFirst = false;
    }
    const events: ServerEvent[] = [];
    let from = 0;
    for (const match of text.matchAll(/\r\n|\n|\r/g)) {
      const end = match.index + match[0].length;
      // A line feed that belongs to this return may be in the next piece.
      if (match[0] === "\r" && end === text.length) break;
      const event = this.line(text.slice(from, match.index));
      if (event) events.push(event);
      from = end;
    }
    this.rest = text.slice(from);
    return events;
  }

  private line(line: string): ServerEvent | null {
    if (line === "") return this.completed();
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.data.push(value);
    else if (field === "event") this.name = value;
    else if (field === "id" && !value.includes("\0")) this.id = value;
    return null; // all others, and comments, mean nothing
  }

  private completed(): ServerEvent | null {
    const event =
      this.data.length > 0 ? { name: this.name || "message", id: this.id, data: this.data.join("\n") } : null;
    this.name = "";
    this.data = [];
    return event;
  }
}
