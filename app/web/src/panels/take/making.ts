import type { Problem } from "../../api/problem";
import type { JobStatus } from "../../api/types";
import type { Following } from "../../follow/follow";
import type { Project } from "../../project/project";

/** What can be done about the full map now. */
export type Making =
  /** Something has to be done first; its words are `take.missing.<what>`. */
  | { readonly is: "missing"; readonly what: "region" | "classes" | "labels" | "following" | "server" }
  | { readonly is: "refused"; readonly problem: Problem }
  | { readonly is: "possible" }
  | { readonly is: "under way"; readonly status: JobStatus }
  | { readonly is: "done"; readonly map: string };

/**
 * @param mapShown the map of the version that is shown, where there is one.
 */
export function makingOf(
  project: Project,
  following: Following,
  status: JobStatus | null,
  mapShown: string | null,
): Making {
  if (status?.status === "accepted" || status?.status === "running") return { is: "under way", status };
  if (following.state === "current") return mapShown ? { is: "done", map: mapShown } : { is: "possible" };
  if (following.state === "refused") return { is: "refused", problem: following.problem };
  if (following.state === "working") return { is: "missing", what: "following" };
  if (following.state === "offline") return { is: "missing", what: "server" };
  if (!project.region) return { is: "missing", what: "region" };
  if (project.classes.length < 2) return { is: "missing", what: "classes" };
  return { is: "missing", what: "labels" };
}
