import { batch, signal } from "@preact/signals";
import { readLabels } from "../../api/files";
import { legends } from "../../api/legends";
import { Problem, problemOf } from "../../api/problem";
import type { Feature } from "../../api/types";
import { t } from "../../i18n/i18n";
import { wantedBox } from "../../map/view";
import { around, cornersOf, isInside } from "../../project/boxes";
import { type Brought, knownOf, withBrought } from "../../project/bringing";
import type { Label, Project } from "../../project/project";
import { boxOf, regionOf, showing } from "../../project/regions";
import { edit, imageries, project, server, step } from "../../state";

/** Something with labels in it; its name says by its suffix what it is. */
export interface Bringable {
  readonly name: string;
  readonly content: Blob;
  /** What people call it, where that is not its name. */
  readonly title?: string;
}

export interface Unread {
  readonly where: string;
  readonly reason: string;
}

/** What became of files that were brought. */
export type Bringing =
  | { readonly state: "reading"; readonly title: string }
  | { readonly state: "refused"; readonly title: string; readonly problem: Problem }
  | { readonly state: "tooMany"; readonly brought: Extract<Brought, { tooMany: unknown }> }
  | {
      readonly state: "done";
      readonly labels: number;
      readonly classes: number;
      readonly unreadable: number;
      readonly faults: readonly Unread[];
      /** Imagery that was chosen because the labels lie in it. */
      readonly chosen: string | null;
      /** Imagery in which none of them lies, though it is what is mapped. */
      readonly outside: string | null;
      /** The project as it is with them: once it is another, "Undo" would undo something else. */
      readonly after: Project;
    };

export const bringing = signal<Bringing | null>(null);

export const bringFiles = (files: readonly File[]): Promise<void> =>
  bring(files.map((file) => ({ name: file.name, content: file })));

/** Read files, and add their labels in one step; one that cannot be read keeps all of them out. */
export async function bring(files: readonly Bringable[]): Promise<void> {
  const features: Feature[] = [];
  const faults: Unread[] = [];
  let unreadable = 0;
  for (const { name, content, title } of files) {
    const called = title ?? name;
    bringing.value = { state: "reading", title: called };
    try {
      await refuseFolder(content);
      const read = await readLabels(name, content);
      features.push(...read.labels.features);
      unreadable += read.unusable;
      const prefix = files.length > 1 ? `${called}: ` : "";
      for (const fault of read.faults) faults.push({ where: prefix + fault.label, reason: fault.reason });
    } catch (error) {
      bringing.value = { state: "refused", title: called, problem: problemOf(error) };
      return;
    }
  }
  if (files.length > 0) await add(features, faults, unreadable);
}

/** A folder looks like a file until it is read; sent as it is, it would look like a server that is away. */
async function refuseFolder(content: Blob): Promise<void> {
  try {
    await content.slice(0, 1).arrayBuffer();
  } catch {
    const words = { title: t("label.unreadable"), detail: t("label.unreadable.detail") };
    throw new Problem({ status: 0, code: "unreadable-file", translated: "all", ...words });
  }
}

async function add(
  features: readonly Feature[],
  faults: readonly Unread[],
  unreadable: number,
): Promise<void> {
  // Without them the classes have other colours, which is no reason to refuse labels.
  const known = knownOf(await legends().catch(() => null));
  const limits = server.value?.limits;
  if (!limits) return;
  const before = project.value;
  const brought = withBrought(before, { type: "FeatureCollection", features }, known, limits);
  if ("tooMany" in brought) {
    bringing.value = { state: "tooMany", brought };
    return;
  }
  const added = brought.project.labels.slice(before.labels.length);
  const { changed, chosen } = withRegionOf(brought.project, added);
  batch(() => {
    edit(() => changed);
    bringing.value = {
      state: "done",
      labels: added.length,
      classes: new Set(added.map((label) => label.classId)).size,
      unreadable,
      faults,
      chosen,
      outside: outsideOf(changed, added),
      after: project.value,
    };
    wantedBox.value = around(added.map((label) => label.geometry));
    if (step.value === "where" || step.value === "what") step.value = "label";
  });
}

/** Where nothing is chosen and the labels lie in one image, that is what is meant. */
function withRegionOf(of: Project, added: readonly Label[]): { changed: Project; chosen: string | null } {
  if (of.region) return { changed: of, chosen: null };
  const places = added.flatMap((label) => cornersOf(label.geometry));
  const [only, ...others] = showing(imageries.value ?? [], places);
  if (!only || others.length > 0) return { changed: of, chosen: null };
  return { changed: { ...of, region: regionOf(only, null, new Date()) }, chosen: only.title ?? only.name };
}

function outsideOf({ region }: Project, added: readonly Label[]): string | null {
  const entry = imageries.value?.find(({ name }) => name === region?.imagery) ?? null;
  const box = boxOf(region, entry);
  if (!entry || !box || added.length === 0) return null;
  const isAnyInside = added.some((label) => cornersOf(label.geometry).some((place) => isInside(place, box)));
  return isAnyInside ? null : (entry.title ?? entry.name);
}
