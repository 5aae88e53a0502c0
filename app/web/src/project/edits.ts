import { type Geometry, type Label, type LandClass, newId, type Project, type Region } from "./project";

export function withRegion(project: Project, region: Region | null): Project {
  return { ...project, region };
}

export function withLabels(project: Project, added: readonly Omit<Label, "id">[]): Project {
  return { ...project, labels: [...project.labels, ...added.map((label) => ({ ...label, id: newId() }))] };
}

export function withLabelMoved(project: Project, id: string, geometry: Geometry): Project {
  return {
    ...project,
    labels: project.labels.map((label) => (label.id === id ? { ...label, geometry } : label)),
  };
}

export function withLabelsOfClass(project: Project, ids: ReadonlySet<string>, classId: string): Project {
  return {
    ...project,
    labels: project.labels.map((label) => (ids.has(label.id) ? { ...label, classId } : label)),
  };
}

export function withoutLabels(project: Project, ids: ReadonlySet<string>): Project {
  return { ...project, labels: project.labels.filter((label) => !ids.has(label.id)) };
}

export function withClass(project: Project, added: LandClass): Project {
  return { ...project, classes: [...project.classes, added] };
}

export function withClassChanged(
  project: Project,
  id: string,
  change: Partial<Pick<LandClass, "name" | "color" | "value">>,
): Project {
  return {
    ...project,
    classes: project.classes.map((entry) => (entry.id === id ? { ...entry, ...change } : entry)),
  };
}

/** Without a class and its labels. */
export function withoutClass(project: Project, id: string): Project {
  return {
    ...project,
    classes: project.classes.filter((entry) => entry.id !== id),
    labels: project.labels.filter((label) => label.classId !== id),
  };
}

/** One class instead of two: the labels of `from` become those of `into`. */
export function withClassesMerged(project: Project, from: string, into: string): Project {
  return {
    ...project,
    classes: project.classes.filter((entry) => entry.id !== from),
    labels: project.labels.map((label) => (label.classId === from ? { ...label, classId: into } : label)),
  };
}
