/** Values and their colours, ascending. */
export type Ramp = readonly (readonly [number, string])[];

/** How the server draws confidence, per cent: viridis. */
export const CONFIDENCE: Ramp = [
  [0, "#440154"],
  [10, "#482475"],
  [20, "#414487"],
  [30, "#355f8d"],
  [40, "#2a788e"],
  [50, "#21918c"],
  [60, "#22a884"],
  [70, "#44bf70"],
  [80, "#7ad151"],
  [90, "#bddf26"],
  [100, "#fde725"],
];

/** A ramp as a background, each colour where its value is. */
export function gradientOf(ramp: Ramp): string {
  const [low, high] = ends(ramp);
  const stops = ramp.map(([value, color]) => `${color} ${share(value, low, high)}%`);
  return `linear-gradient(to right, ${stops.join(", ")})`;
}

/** What to write beneath a ramp: its ends, and zero where an index changes its sign, else its middle. */
export function ticksOf(ramp: Ramp): { value: number; share: number }[] {
  const [low, high] = ends(ramp);
  if (low === high) return [{ value: low, share: 0 }];
  const between = low < 0 && high > 0 ? 0 : (low + high) / 2;
  return [low, between, high].map((value) => ({ value, share: share(value, low, high) }));
}

const ends = (ramp: Ramp): [number, number] => [ramp[0]?.[0] ?? 0, ramp.at(-1)?.[0] ?? 0];

/** Per cent of the way. */
const share = (value: number, low: number, high: number): number =>
  low === high ? 0 : Math.round((1000 * (value - low)) / (high - low)) / 10;
