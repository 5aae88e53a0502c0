import type { Feature, ServerClass } from "../api/types";
import { freeValue, newClass, sameName } from "../project/classes";
import { type Label, type LandClass, newId, type Project } from "../project/project";
import { geometryKey, type Head, type Known, legendKey } from "./operations";

/**
 * The project of the page and what the server has, brought together: another page was faster, an answer was lost, or
 * an older version was returned to.
 */

/** What the server has now. */
export interface Theirs {
  readonly version: number;
  readonly legend: readonly ServerClass[];
  readonly features: readonly Feature[];
}

export interface Merged {
  readonly project: Project;
  readonly head: Head;
}

/**
 * What was changed there since `base` is taken over, unless the same label was changed here: that stays as it is here,
 * and goes to the server next.
 *
 * @param sent what the page last sent without having an answer: the server may have it or not.
 */
export function merged(base: Head, mine: Project, theirs: Theirs, sent: Project | null = null): Merged {
  const own = ownLabels(base, mine, sent);
  const there = byPageId(base, sent ? [sent, mine] : [mine], theirs.features);
  // What the page knew or sent, and has no more, was removed here.
  const seen = new Set([...base.known.keys(), ...(sent?.labels ?? []).map((label) => label.id)]);
  const kept = new Set(mine.labels.map((label) => label.id));
  const taken = new Map([...there].filter(([id]) => (kept.has(id) ? !own.has(id) : !seen.has(id))));

  const isOwnLegend = legendKey(mine) !== base.legend || (sent && legendKey(sent) !== legendKey(mine));
  const classes = isOwnLegend
    ? widened(mine.classes, theirs.legend, taken)
    : theirClasses(mine, theirs.legend, own);
  const classId = (feature: Feature): string => matching(classes, theirs.legend, nameIn(feature))?.id ?? "";

  const labels = mine.labels.flatMap((label): Label[] => {
    if (own.has(label.id)) return [label];
    const feature = taken.get(label.id);
    return feature ? [updated(label, feature.geometry, classId(feature))] : [];
  });
  for (const [id, feature] of taken) {
    if (!kept.has(id)) labels.push({ id, classId: classId(feature), geometry: feature.geometry });
  }
  const project = replaced(mine, classes, labels);
  const isLegendThere = isSameLegend(project.classes, theirs.legend);
  return {
    project,
    head: {
      adaptation: base.adaptation,
      version: theirs.version,
      region: base.region,
      legend: isLegendThere ? legendKey(project) : JSON.stringify(theirs.legend),
      known: new Map([...there].map(([id, feature]) => [id, knownAs(feature)])),
    },
  };
}

/** Labels that are not as the server is known to have them, nor as it may have them. */
function ownLabels(base: Head, mine: Project, sent: Project | null): Set<string> {
  const classNames = namesOf(mine);
  const underWay = sent && contents(sent);
  const own = new Set<string>();
  for (const label of mine.labels) {
    const now = contentOf(label, classNames);
    const known = base.known.get(label.id);
    const isKnown = known !== undefined && content(known.className, known.geometry) === now;
    if (!isKnown || (underWay && underWay.get(label.id) !== now)) own.add(label.id);
  }
  return own;
}

/** Labels of the server by the names that the page has for them; those that are new to it are given one. */
function byPageId(
  base: Head,
  projects: readonly Project[],
  features: readonly Feature[],
): Map<string, Feature> {
  const names = new Map([...base.known].map(([id, known]) => [known.server, id]));
  // Where an answer was lost, the page does not know that these have arrived.
  const arrived = new Map<string, string>();
  for (const project of projects) {
    for (const [id, what] of contents(project)) if (!base.known.has(id)) arrived.set(what, id);
  }
  const found = new Map<string, Feature>();
  for (const feature of features) {
    const known = names.get(feature.id ?? 0);
    const sent = arrived.get(content(nameIn(feature), coordinates(feature)));
    const id = known ?? (sent && !found.has(sent) ? sent : newId());
    found.set(id, feature);
  }
  return found;
}

/** The class of the page that is one of the server's, by its name, or by its value where it was renamed. */
function matching(
  classes: readonly LandClass[],
  legend: readonly ServerClass[],
  name: string,
): LandClass | undefined {
  const byName = classes.find((entry) => sameName(entry.name, name));
  if (byName) return byName;
  const value = legend.find((entry) => sameName(entry.name, name))?.value;
  return classes.find(
    (entry) => entry.value === value && !legend.some((other) => sameName(other.name, entry.name)),
  );
}

/** The classes of the page, and those that the labels need which it takes over. */
function widened(
  classes: readonly LandClass[],
  legend: readonly ServerClass[],
  taken: ReadonlyMap<string, Feature>,
): readonly LandClass[] {
  const wide: LandClass[] = [...classes];
  for (const name of new Set([...taken.values()].map(nameIn))) {
    const entry = legend.find((other) => sameName(other.name, name));
    if (!entry || matching(wide, legend, name)) continue;
    const isFree = !wide.some((other) => other.value === entry.value);
    wide.push(newClass(entry.name, entry.color, isFree ? entry.value : (freeValue(wide) ?? entry.value)));
  }
  return wide.length === classes.length ? classes : wide;
}

/** The classes of the server under the names that the page has for them, and those that its own labels need. */
function theirClasses(
  mine: Project,
  legend: readonly ServerClass[],
  own: ReadonlySet<string>,
): readonly LandClass[] {
  if (isSameLegend(mine.classes, legend)) return mine.classes;
  const classes = legend.map(({ value, name, color }): LandClass => {
    const id = matching(mine.classes, legend, name)?.id ?? newId();
    return { id, name, color, value };
  });
  const there = new Set(classes.map((entry) => entry.id));
  const needed = new Set(mine.labels.filter((label) => own.has(label.id)).map((label) => label.classId));
  return [...classes, ...mine.classes.filter((entry) => needed.has(entry.id) && !there.has(entry.id))];
}

function updated(label: Label, geometry: Label["geometry"], classId: string): Label {
  const isMoved = JSON.stringify(geometry.coordinates) !== geometryKey(label);
  if (!isMoved && label.classId === classId) return label;
  return { id: label.id, classId, geometry: isMoved ? geometry : label.geometry };
}

/** The same object where nothing is different, so that nothing can be undone then. */
function replaced(mine: Project, classes: readonly LandClass[], labels: readonly Label[]): Project {
  const isSame =
    classes === mine.classes &&
    labels.length === mine.labels.length &&
    labels.every((label, index) => label === mine.labels[index]);
  return isSame ? mine : { ...mine, classes, labels };
}

function isSameLegend(classes: readonly LandClass[], legend: readonly ServerClass[]): boolean {
  const keys = (entries: readonly { value: number; name: string; color: string }[]): string =>
    entries
      .map(({ value, name, color }) => `${value} ${color.toUpperCase()} ${name}`)
      .toSorted()
      .join("\n");
  return keys(classes) === keys(legend);
}

function knownAs(feature: Feature): Known {
  return { server: feature.id ?? 0, className: nameIn(feature), geometry: coordinates(feature) };
}

const namesOf = (project: Project): Map<string, string> =>
  new Map(project.classes.map((entry) => [entry.id, entry.name]));
const nameIn = (feature: Feature): string => String(feature.properties.class);
const coordinates = (feature: Feature): string => JSON.stringify(feature.geometry.coordinates);
const content = (className: string, geometry: string): string => `${className} ${geometry}`;
const contentOf = (label: Label, classNames: ReadonlyMap<string, string>): string =>
  content(classNames.get(label.classId) ?? "", geometryKey(label));

function contents(project: Project): Map<string, string> {
  const classNames = namesOf(project);
  return new Map(project.labels.map((label) => [label.id, contentOf(label, classNames)]));
}
