import type { LandClass } from "./project";

/** Which colours people can tell apart, those among them who see fewer colours too. */

type Triple = readonly [number, number, number];

/** How linear light appears without one kind of cone: Machado, Oliveira and Fernandes (2009), severity 1. */
const VISIONS: readonly (readonly [Triple, Triple, Triple])[] = [
  [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
];

/** CIEDE2000 below which two colours of a map, which do not lie side by side, are easily taken for one. */
export const ALIKE = 9;

/** Pairs of classes whose colours look alike to somebody, the most alike first. */
export function alikePairs(classes: readonly LandClass[]): [LandClass, LandClass][] {
  const seen = classes.map((entry) => labsOf(entry.color));
  const pairs: { distance: number; pair: [LandClass, LandClass] }[] = [];
  classes.forEach((one, i) => {
    classes.slice(i + 1).forEach((other, offset) => {
      const distance = least(seen[i] ?? [], seen[i + 1 + offset] ?? []);
      if (distance < ALIKE) pairs.push({ distance, pair: [one, other] });
    });
  });
  return pairs.toSorted((a, b) => a.distance - b.distance).map(({ pair }) => pair);
}

/** With so many classes nobody tells all apart, and to look for the best colour takes long. */
const MANY = 40;

/**
 * A colour for one class more: the first of the palette that nobody takes for one of `taken`; else, of the palette and
 * of many hues, the one that stands out most. Never one of `taken` itself: the server wants each colour once.
 */
export function nextColor(taken: readonly string[], palette: readonly string[]): string {
  const has = new Set(taken.map((color) => color.toUpperCase()));
  if (has.size >= MANY) return firstFree(has);
  const others = [...has].map(labsOf);
  const distanceOf = (color: string): number =>
    Math.min(Number.POSITIVE_INFINITY, ...others.map((labs) => least(labs, labsOf(color))));
  const first = palette.find((color) => distanceOf(color) >= ALIKE);
  if (first) return first.toUpperCase();
  let best = { color: firstFree(has), distance: 0 };
  for (const color of [...palette, ...Array.from({ length: HUES }, (_, n) => hue(n))]) {
    const distance = distanceOf(color);
    if (distance > best.distance) best = { color: color.toUpperCase(), distance };
  }
  return best.color;
}

const HUES = 108;

function firstFree(taken: ReadonlySet<string>): string {
  for (let n = 0; ; n++) if (!taken.has(hue(n))) return hue(n);
}

/** Colours without end, all around the circle in steps of the golden angle. */
const hue = (n: number): string =>
  hsl((n * 137.508) % 360, 0.7, [0.35, 0.55, 0.75][n % 3] ?? 0.5).toUpperCase();

function hsl(turn: number, saturation: number, light: number): string {
  const spread = saturation * Math.min(light, 1 - light);
  const part = (n: number): string => {
    const k = (n + turn / 30) % 12;
    const value = light - spread * Math.max(-1, Math.min(k - 3, 9 - k, 1));
    return Math.round(255 * value)
      .toString(16)
      .padStart(2, "0");
  };
  return `#${part(0)}${part(8)}${part(4)}`;
}

function least(one: readonly Triple[], other: readonly Triple[]): number {
  return Math.min(...one.map((lab, vision) => ciede2000(lab, other[vision] ?? lab)));
}

const remembered = new Map<string, readonly Triple[]>();

/** CIE L*a*b* of a colour as each kind of eye sees it. */
function labsOf(color: string): readonly Triple[] {
  const key = color.toUpperCase();
  const known = remembered.get(key);
  if (known) return known;
  const light = [1, 3, 5].map((at) => linear(Number.parseInt(key.slice(at, at + 2), 16) / 255));
  const labs = VISIONS.map((rows) => labOf(rows.map((row) => clamp(dot(row, light)))));
  remembered.set(key, labs);
  return labs;
}

const dot = (row: Triple, values: readonly number[]): number =>
  row.reduce((sum, weight, index) => sum + weight * (values[index] ?? 0), 0);
const clamp = (value: number): number => Math.min(1, Math.max(0, value));
const linear = (part: number): number => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);

/** Linear sRGB under D65. */
function labOf(light: readonly number[]): Triple {
  const x = dot([0.4124564, 0.3575761, 0.1804375], light) / 0.95047;
  const y = dot([0.2126729, 0.7151522, 0.072175], light);
  const z = dot([0.0193339, 0.119192, 0.9503041], light) / 1.08883;
  const f = (t: number): number => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  return [116 * f(y) - 16, 500 * (f(x) - f(y)), 200 * (f(y) - f(z))];
}

/** Sharma, Wu and Dalal (2005), with all weights 1. */
export function ciede2000([l1, a1, b1]: Triple, [l2, a2, b2]: Triple): number {
  const mean7 = ((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2) ** 7;
  const stretch = 1.5 - 0.5 * Math.sqrt(mean7 / (mean7 + 25 ** 7));
  const [c1, c2] = [Math.hypot(a1 * stretch, b1), Math.hypot(a2 * stretch, b2)];
  const [h1, h2] = [hueOf(a1 * stretch, b1), hueOf(a2 * stretch, b2)];
  let turn = c1 * c2 === 0 ? 0 : h2 - h1;
  if (turn > 180) turn -= 360;
  else if (turn < -180) turn += 360;
  const dl = l2 - l1;
  const dc = c2 - c1;
  const dh = 2 * Math.sqrt(c1 * c2) * Math.sin(radians(turn / 2));
  const l = (l1 + l2) / 2;
  const c = (c1 + c2) / 2;
  let h = c1 * c2 === 0 ? h1 + h2 : (h1 + h2) / 2;
  if (c1 * c2 !== 0 && Math.abs(h1 - h2) > 180) h += h1 + h2 < 360 ? 180 : -180;
  const t =
    1 -
    0.17 * Math.cos(radians(h - 30)) +
    0.24 * Math.cos(radians(2 * h)) +
    0.32 * Math.cos(radians(3 * h + 6)) -
    0.2 * Math.cos(radians(4 * h - 63));
  const sl = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const sc = 1 + 0.045 * c;
  const sh = 1 + 0.015 * c * t;
  const rotation =
    -Math.sin(radians(60 * Math.exp(-(((h - 275) / 25) ** 2)))) * 2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7));
  return Math.sqrt((dl / sl) ** 2 + (dc / sc) ** 2 + (dh / sh) ** 2 + rotation * (dc / sc) * (dh / sh));
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const hueOf = (a: number, b: number): number => {
  const degrees = (Math.atan2(b, a) * 180) / Math.PI;
  return degrees < 0 ? degrees + 360 : degrees;
};
