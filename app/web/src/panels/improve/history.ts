import type { Version } from "../../api/types";

/** One thing that a version did, in numbers; the words are `improve.did.*`. */
export type Deed =
  | { readonly did: "first"; readonly count: number }
  | { readonly did: "add" | "move" | "class" | "remove"; readonly count: number }
  | { readonly did: "restore"; readonly version: number }
  | { readonly did: "legend" | "anew" };

const COUNTED = ["add", "move", "class", "remove"] as const;

/** What was done to make a version of the one before. */
export function deedsOf(of: Pick<Version, "parent" | "labels" | "change">): Deed[] {
  const { operations, legend } = of.change;
  if (of.parent === null) return [{ did: "first", count: of.labels }];
  const deeds: Deed[] = [];
  for (const did of COUNTED) {
    const count = operations.filter((each) => each.op === did).length;
    if (count > 0) deeds.push({ did, count });
  }
  for (const each of operations) {
    if (each.op === "restore" && each.version !== undefined) {
      deeds.push({ did: "restore", version: each.version });
    }
  }
  if (legend) deeds.push({ did: "legend" });
  return deeds.length > 0 ? deeds : [{ did: "anew" }];
}
