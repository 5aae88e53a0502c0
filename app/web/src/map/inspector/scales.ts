/** Where values come to stand on a plot, and where its axes have their ticks. */

export interface Scale {
  readonly low: number;
  readonly high: number;
  /** Of a value, in the units of the picture. */
  at(value: number): number;
}

/** A linear scale; one value alone stands in the middle. */
export function scale([low, high]: readonly [number, number], [from, to]: readonly [number, number]): Scale {
  const width = high - low;
  return {
    low,
    high,
    at: (value) => (width === 0 ? (from + to) / 2 : from + ((value - low) / width) * (to - from)),
  };
}

/** Round numbers between two values, about `count` of them: steps of 1, 2 or 5 times a power of ten. */
export function ticks(low: number, high: number, count: number): number[] {
  if (!(high > low)) return [low];
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  // From whole numbers, so that no tick is 0.30000000000000004.
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

/** From zero, or the lowest value below it, to a round number above the highest. */
export function reach(values: readonly (number | null)[]): [number, number] {
  const present = values.filter((value) => value !== null);
  const high = Math.max(0.05, ...present);
  const low = Math.min(0, ...present);
  const step = (ticks(low, high, 4)[1] ?? 0) - (ticks(low, high, 4)[0] ?? 0) || high;
  return [
    low < 0 ? step * Math.floor(low / step) : 0,
    Number((step * Math.ceil(high / step - 1e-9)).toPrecision(12)),
  ];
}

type Place = readonly [number, number];

/** An SVG path through points; where one is missing, the line has a gap, and a point alone is a dot. */
export function linePath(points: readonly (Place | null)[]): string {
  let isDown = false;
  let path = "";
  for (const [at, point] of points.entries()) {
    if (!point) {
      isDown = false;
      continue;
    }
    const place = point.map((value) => Number(value.toFixed(1))).join(" ");
    const isAlone = !isDown && !points[at + 1];
    path += `${isDown ? "L" : "M"}${place}${isAlone ? "h0" : ""}`;
    isDown = true;
  }
  return path;
}

/** An SVG path around what lies between two lines; one piece for each run without a gap. */
export function bandPath(upper: readonly (Place | null)[], lower: readonly (Place | null)[]): string {
  const runs: [Place, Place][][] = [[]];
  for (const [at, high] of upper.entries()) {
    const low = lower[at];
    if (high && low) runs.at(-1)?.push([high, low]);
    else runs.push([]);
  }
  return runs
    .filter((run) => run.length > 1)
    .map((run) => `${linePath([...run.map(([high]) => high), ...run.map(([, low]) => low).toReversed()])}Z`)
    .join("");
}
