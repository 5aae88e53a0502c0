/** What is wrong with one field or label, as the server words it. */
export interface Fault {
  readonly where: string;
  readonly reason: string;
}

/** A refusal: RFC 9457 problem details, or what stands in for them where no server answered. */
export class Problem extends Error {
  readonly status: number;
  /** The last part of the problem's type, such as `invalid-labels`; `offline` where no server answered. */
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly faults: readonly Fault[];
  /** What of it is in the page's language already; the server speaks English. */
  readonly translated: "nothing" | "title" | "all";
  /** Seconds after which it is worth another try, where the server says so. */
  readonly retryAfter: number | null;

  constructor(given: {
    status: number;
    code: string;
    title: string;
    detail: string;
    faults?: readonly Fault[];
    translated?: Problem["translated"];
    retryAfter?: number | null;
  }) {
    super(given.detail || given.title);
    this.status = given.status;
    this.code = given.code;
    this.title = given.title;
    this.detail = given.detail;
    this.faults = given.faults ?? [];
    this.translated = given.translated ?? "nothing";
    this.retryAfter = given.retryAfter ?? null;
  }

  /** Nobody answered: the server is away, or the network is. */
  static offline(): Problem {
    return new Problem({ status: 0, code: "offline", title: "", detail: "" });
  }

  static async of(response: Response): Promise<Problem> {
    const after = Number(response.headers.get("retry-after"));
    const rest = { status: response.status, retryAfter: after > 0 ? after : null };
    try {
      const document = await response.json();
      return new Problem({
        ...rest,
        code:
          String(document.type ?? "")
            .split("/")
            .pop() || `status-${response.status}`,
        title: String(document.title ?? response.statusText),
        detail: String(document.detail ?? ""),
        faults: Array.isArray(document.errors) ? document.errors : [],
      });
    } catch {
      // A proxy between here and the server answers in a way of its own.
      const code = response.status >= 502 && response.status <= 504 ? "offline" : `status-${response.status}`;
      return new Problem({ ...rest, code, title: `${response.status} ${response.statusText}`, detail: "" });
    }
  }

  /** Whether the same request may succeed later without any change. */
  get isPassing(): boolean {
    return this.code === "offline" || this.status === 503 || this.status === 429;
  }
}

/** What was thrown by a request, as a problem; an abort stays what it is, and so does a mistake of the page. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  throw thrown;
}
