import type { Imagery, Version } from "../api/types";
import type { Project } from "../project/project";
import { isCatalogue } from "../project/regions";
import type { Step } from "../state";

/**
 * The steps that have what they are there for.
 *
 * @param map of the version that is shown, where it was made.
 */
export function stepsDone(
  { region, classes, labels }: Project,
  kind: Imagery["kind"] | undefined,
  version: Pick<Version, "parent"> | null,
  map: string | null,
): ReadonlySet<Step> {
  const isFound = kind === undefined || !isCatalogue({ kind });
  const isWhere = region !== null && (isFound || Boolean(region.bbox && region.start && region.end));
  const done: Record<Step, boolean> = {
    where: isWhere,
    what: classes.length > 1,
    label: new Set(labels.map((label) => label.classId)).size > 1,
    map: version !== null,
    improve: version !== null && version.parent !== null,
    take: map !== null,
  };
  return new Set((Object.keys(done) as Step[]).filter((step) => done[step]));
}
