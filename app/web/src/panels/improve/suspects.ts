import type { SuspiciousLabel } from "../../api/insight";
import type { Head } from "../../follow/operations";
import type { Label, LonLat } from "../../project/project";

export interface Suspect {
  readonly label: Label;
  /** What it says, and what the others say. */
  readonly says: string;
  readonly looks: string;
  readonly probability: number;
}

/** Labels of the page that the others contradict, in the order of the server; those that are gone are left out. */
export function suspectsOf(
  suspicious: readonly SuspiciousLabel[],
  head: Head | null,
  labels: readonly Label[],
): Suspect[] {
  const pageIds = new Map([...(head?.known ?? [])].map(([id, known]) => [known.server, id]));
  const byId = new Map(labels.map((label) => [label.id, label]));
  return suspicious.flatMap(({ label: server, class: says, predicted: looks, probability }) => {
    const label = byId.get(pageIds.get(server) ?? "");
    return label ? [{ label, says, looks, probability }] : [];
  });
}

/** Where to look for a label: a point itself, of a polygon the middle of its box. */
export function middleOf(label: Label): LonLat {
  const { geometry } = label;
  if (geometry.type === "Point") return geometry.coordinates;
  const ring = geometry.coordinates[0] ?? [];
  const middle = (index: 0 | 1): number => {
    const values = ring.map((place) => place[index]);
    return (Math.min(...values) + Math.max(...values)) / 2;
  };
  return [middle(0), middle(1)];
}
