import { batch, effect, signal } from "@preact/signals";
import { labelsOf, versionOf } from "./api/adaptations";
import { Problem } from "./api/problem";
import type { FeatureCollection, Version } from "./api/types";
import { followAnother, head } from "./follow/follow";
import { headAfter } from "./follow/operations";
import { job } from "./jobs/job";
import { beneath, layer, opacity, swipe, view } from "./map/view";
import { formatPlace, type Place, parsePlace } from "./project/address";
import { freeColor, freeValue, newClass } from "./project/classes";
import { type LandClass, newId, type Project, type Region } from "./project/project";
import { load, save, tidy } from "./project/saving";
import { open, project, STEPS, type Step, step } from "./state";

/** The project that is worked on: from its address and this browser's storage, and back into both as it changes. */

let projectId = "";
let waiting: ReturnType<typeof setTimeout> | undefined;

/** Whether the browser has no room left to keep the project. */
export const isUnkept = signal(false);

/** Whether the address names an adaptation that the server does not have, or not for this key. */
export const isMissing = signal(false);

/** What the address says, taken up: a project of this browser, or an adaptation of the server. */
export async function resume(hash: string): Promise<void> {
  leave();
  const place = parsePlace(hash);
  takeUpView(place);
  const kept = place.project ? load(place.project) : null;
  if (place.project && kept) {
    projectId = place.project;
    followAnother(kept.head);
    open(kept.project);
    return;
  }
  projectId = newId();
  isMissing.value = false;
  if (place.region && place.adaptation) {
    try {
      await openAdaptation(place.region, place.adaptation);
      return;
    } catch (error) {
      // Without its labels there is still its region; the server being away is another matter.
      if (!(error instanceof Problem && error.status === 404)) throw error;
      isMissing.value = true;
    }
  }
  followAnother(null);
  open({ region: place.region, classes: [], labels: [] });
}

/** Another project, from nothing. */
export function begin(fresh: Project): void {
  leave();
  batch(() => {
    projectId = newId();
    job.value = null;
    isMissing.value = false;
    followAnother(null);
    open(fresh);
  });
}

/** What the server has of an adaptation, as a project of this page. */
export async function openAdaptation(region: Region, id: string, number?: number): Promise<void> {
  const current = await versionOf(id, number);
  const labels = await labelsOf(id, current.version);
  const restored = projectOf(region, current, labels);
  const servers = labels.features.map((feature) => feature.id ?? 0);
  const there = headAfter({ adaptation: id, version: current.version }, restored, restored.labels, servers);
  batch(() => {
    followAnother(there, current);
    open(restored);
  });
}

export function projectOf(region: Region, of: Pick<Version, "legend">, labels: FeatureCollection): Project {
  const classes: LandClass[] = of.legend.map((entry) => newClass(entry.name, entry.color, entry.value));
  return { region, classes, labels: labelsFrom(labels, classes) };
}

/** Labels of the server's kind, with the classes that they need: those that are missing in `classes` are added to it. */
export function labelsFrom(
  collection: FeatureCollection,
  classes: LandClass[],
  palette: readonly string[] = [],
) {
  return collection.features.map((feature) => {
    const name = String(feature.properties.class);
    let found = classes.find((entry) => entry.name.toLowerCase() === name.trim().toLowerCase());
    if (!found) {
      found = newClass(name, freeColor(classes, palette), freeValue(classes) ?? 254);
      classes.push(found);
    }
    return { id: newId(), classId: found.id, geometry: feature.geometry };
  });
}

/** Keep the project and its address as they change; ends when the function that is given back is called. */
export function startKeeping(): () => void {
  tidy(projectId);
  addEventListener("pagehide", leave);
  addEventListener("hashchange", goElsewhere);
  document.addEventListener("visibilitychange", leave);
  const endSaving = effect(() => {
    project.value;
    head.value;
    waiting ??= setTimeout(keep, 150);
  });
  const endAddress = effect(() => {
    const place = formatPlace(here());
    if (place !== location.hash) history.replaceState(null, "", location.pathname + place);
  });
  return () => {
    leave();
    endSaving();
    endAddress();
    removeEventListener("pagehide", leave);
    removeEventListener("hashchange", goElsewhere);
    document.removeEventListener("visibilitychange", leave);
  };
}

function keep(): void {
  clearTimeout(waiting);
  waiting = undefined;
  const { region, classes, labels } = project.value;
  if (region || classes.length || labels.length) {
    isUnkept.value = !save(projectId, { project: project.value, head: head.value });
  }
}

/** What has not been kept yet is kept now: the page may be gone, or show another project, in a moment. */
function leave(): void {
  if (waiting !== undefined) keep();
}

/** Another address was put in place of this one's: a link that somebody sent. */
function goElsewhere(): void {
  leave();
  location.reload();
}

function here(): Place {
  const { region, classes, labels } = project.value;
  return {
    project: region || classes.length || labels.length ? projectId : null,
    region,
    adaptation: head.value?.adaptation ?? null,
    job: job.value,
    step: step.value,
    view: view.value,
    layer: layer.value,
    beneath: beneath.value,
    opacity: opacity.value,
    swipe: swipe.value,
  };
}

function takeUpView(place: Place): void {
  if (place.step && (STEPS as readonly string[]).includes(place.step)) step.value = place.step as Step;
  if (place.view) view.value = place.view;
  if (place.layer === "confidence") layer.value = "confidence";
  if (place.beneath) beneath.value = place.beneath;
  if (place.opacity !== null) opacity.value = place.opacity;
  swipe.value = place.swipe;
  job.value = place.job;
}
