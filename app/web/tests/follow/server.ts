import { vi } from "vitest";
import type { AdaptRequest, Feature, ServerClass } from "../../src/api/types";

interface Stored {
  readonly version: number;
  readonly parent: number | null;
  readonly legend: readonly ServerClass[];
  readonly features: readonly Feature[];
  readonly operations: readonly unknown[];
}

type Answer = Response | "lost" | "cut" | undefined;

/** As much of the server as the page talks to when it follows; each request can be held up, refused or lost. */
export class FakeServer {
  readonly adaptations = new Map<string, Stored[]>();
  readonly requests: string[] = [];
  /** Says what becomes of a request before the server does anything; `cut`: it is done, and the answer is lost. */
  before: (request: string, body: unknown) => Answer | Promise<Answer> = () => undefined;
  /** Longitudes of labels that it goes without, as those who ask for leniency are served. */
  readonly unusable = new Set<number>();
  private made = 0;

  constructor() {
    vi.stubGlobal("fetch", (url: string, init: RequestInit = {}) => this.fetch(url, init));
  }

  versions(id = "a1"): Stored[] {
    const found = this.adaptations.get(id);
    if (!found) throw new Error(`no adaptation ${id}`);
    return found;
  }

  current(id = "a1"): Stored {
    const last = this.versions(id).at(-1);
    if (!last) throw new Error("no version");
    return last;
  }

  /** `class x,y` of each label of the current version, sorted. */
  labels(id = "a1"): string[] {
    return this.current(id).features.map(shown).toSorted();
  }

  names(id = "a1"): number[] {
    return this.current(id).features.map((feature) => feature.id ?? 0);
  }

  /** Somebody else changes the labels. */
  change(id: string, change: (features: Feature[]) => Feature[], legend?: readonly ServerClass[]): void {
    const { version, features, legend: before } = this.current(id);
    const next = change(features.map((feature) => ({ ...feature })));
    this.versions(id).push({
      version: version + 1,
      parent: version,
      legend: legend ?? before,
      features: next,
      operations: [],
    });
  }

  private async fetch(url: string, init: RequestInit): Promise<Response> {
    const request = `${init.method ?? "GET"} ${new URL(url).pathname}${new URL(url).search}`;
    const body = typeof init.body === "string" ? JSON.parse(init.body) : null;
    this.requests.push(request);
    const answer = await this.before(request, body);
    init.signal?.throwIfAborted();
    if (answer === "lost") throw new TypeError("Failed to fetch");
    if (answer instanceof Response) return answer;
    const done = this.answered(request, body);
    if (answer === "cut") throw new TypeError("network error");
    return done;
  }

  private answered(request: string, body: AdaptRequest & Corrections): Response {
    const [, method, id, rest = ""] = /^(\w+) \/adaptations\/?(\w+)?\/?(.*)$/.exec(request) ?? [];
    if (method === "POST" && !id) return this.create(body);
    const versions = this.adaptations.get(id ?? "");
    if (!id || !versions) return problem(404, "not-found");
    if (method === "POST" && rest === "labels") return this.correct(id, body);
    const restored = /^versions\/(\d+)\/restore$/.exec(rest)?.[1];
    if (method === "POST" && restored) return this.restore(id, Number(restored));
    const number = Number(/(?:version=|versions\/)(\d+)/.exec(rest)?.[1] ?? this.current(id).version);
    const found = versions.find((each) => each.version === number);
    if (!found) return problem(404, "not-found");
    if (rest.startsWith("labels")) {
      return json({ type: "FeatureCollection", features: found.features });
    }
    return json(document(id, found));
  }

  private create(body: AdaptRequest): Response {
    const id = `a${this.adaptations.size + 1}`;
    const sent = body.labels?.features ?? [];
    const features = sent
      .filter((feature) => !this.isUnusable(feature))
      .map((feature, index) => ({ ...feature, id: index + 1 }));
    const leftOut = sent.flatMap((feature, index) => (this.isUnusable(feature) ? [`labels[${index}]`] : []));
    this.made = Math.max(this.made, features.length);
    const first = { version: 1, parent: null, legend: body.legend ?? [], features, operations: [] };
    this.adaptations.set(id, [first]);
    return json(
      {
        ...document(id, first),
        changed_labels: changed(features.map((feature) => feature.id)),
        left_out: leftOut.map(off),
      },
      201,
    );
  }

  private correct(id: string, { operations, legend, base_version }: Corrections): Response {
    const { version, features, legend: before } = this.current(id);
    if (base_version !== version) return problem(409, "version-conflict");
    const after = new Map(features.map((feature) => [feature.id ?? 0, feature]));
    const added: number[] = [];
    const leftOut: string[] = [];
    for (const [index, step] of operations.entries()) {
      const old = after.get(step.label ?? 0);
      if (this.isUnusable(step.feature ?? step)) {
        leftOut.push(`operations[${index}]`);
        after.delete(step.label ?? 0);
        continue;
      }
      if (step.op === "add" && step.feature) {
        const name = ++this.made;
        added.push(name);
        after.set(name, { ...step.feature, id: name });
      } else if (!old) {
        return problem(422, "invalid-request", [{ where: `operations[${index}].label`, reason: "no label" }]);
      } else if (step.op === "remove") after.delete(step.label ?? 0);
      else if (step.op === "move" && step.geometry)
        after.set(step.label ?? 0, { ...old, geometry: step.geometry });
      else if (step.class) after.set(step.label ?? 0, { ...old, properties: { class: step.class } });
    }
    const next: Stored = {
      version: version + 1,
      parent: version,
      legend: legend ?? before,
      features: [...after.values()],
      operations,
    };
    this.versions(id).push(next);
    return json({ ...document(id, next), changed_labels: changed(added), left_out: leftOut.map(off) });
  }

  private isUnusable({ geometry }: { geometry?: Feature["geometry"] }): boolean {
    return geometry?.type === "Point" && this.unusable.has(geometry.coordinates[0]);
  }

  private restore(id: string, number: number): Response {
    const old = this.versions(id).find((each) => each.version === number);
    const { version } = this.current(id);
    if (!old) return problem(404, "not-found");
    const next = { ...old, version: version + 1, parent: version };
    this.versions(id).push(next);
    return json({ ...document(id, next), changed_labels: changed([]), left_out: [] });
  }
}

interface Corrections {
  operations: {
    op: string;
    label?: number;
    class?: string;
    feature?: Feature;
    geometry?: Feature["geometry"];
  }[];
  legend?: readonly ServerClass[];
  base_version: number;
}

export function problem(
  status: number,
  code: string,
  errors: { where: string; reason: string }[] = [],
  headers: Record<string, string> = {},
): Response {
  const body = { type: `/problems/${code}`, title: code, status, detail: `detail of ${code}`, errors };
  return new Response(JSON.stringify(body), { status, headers });
}

function off(where: string) {
  return { where, reason: "off the imagery" };
}

function shown(feature: Feature): string {
  return `${feature.properties.class} ${feature.geometry.coordinates}`;
}

function document(id: string, { version, parent, legend }: Stored) {
  return { id, version, parent, legend, links: [], change: { operations: [] } };
}

function changed(added: (number | undefined)[]) {
  return { added, changed: [], removed: [] };
}

function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status });
}
