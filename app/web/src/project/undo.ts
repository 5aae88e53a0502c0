/** States before and after the present one; states are shared, not copied, so keeping hundreds costs little. */
export interface Timeline<T> {
  readonly past: readonly T[];
  readonly present: T;
  readonly future: readonly T[];
}

const MOST = 500;

export function begun<T>(present: T): Timeline<T> {
  return { past: [], present, future: [] };
}

export function advanced<T>(line: Timeline<T>, next: T): Timeline<T> {
  if (next === line.present) return line;
  return { past: [...line.past, line.present].slice(-MOST), present: next, future: [] };
}

export function undone<T>(line: Timeline<T>): Timeline<T> {
  const before = line.past.at(-1);
  if (before === undefined) return line;
  return { past: line.past.slice(0, -1), present: before, future: [line.present, ...line.future] };
}

export function redone<T>(line: Timeline<T>): Timeline<T> {
  const [next, ...rest] = line.future;
  if (next === undefined) return line;
  return { past: [...line.past, line.present], present: next, future: rest };
}
