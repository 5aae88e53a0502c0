import type { Bbox, LonLat } from "./project";

/**
 * What people type or paste for a place on Earth: degrees with a point or a comma, degrees with minutes and seconds,
 * letters or signs. Latitude comes first, as people write it, unless the text says otherwise; four numbers are a box.
 */
export type Found =
  | { readonly kind: "place"; readonly place: LonLat }
  | { readonly kind: "box"; readonly box: Bbox }
  | { readonly kind: "fault"; readonly fault: CoordinateFault };

export type CoordinateFault = "empty" | "unreadable" | "count" | "latitude" | "longitude" | "box";

/** Which of the two a number is; null where the text does not say. */
type Axis = "lat" | "lon" | null;

interface Angle {
  readonly axis: Axis;
  readonly degrees: number;
}

/** Characters; whatever is longer was pasted by mistake. */
const LONGEST = 200;

const NUMBER = /\d+(?:[.,]\d+)?/;
const SIGNED = new RegExp(`[+-]?${NUMBER.source}`);
const WITH_MINUTES = new RegExp(
  `^[+-]?${NUMBER.source}°(?:\\s*${NUMBER.source}'(?:\\s*${NUMBER.source}")?)?$`,
);

export function parseCoordinates(text: string): Found {
  const { plain, isLonFirst } = withoutOrder(normal(text));
  if (!plain) return { kind: "fault", fault: "empty" };
  if (plain.length > LONGEST) return { kind: "fault", fault: "unreadable" };
  const angles = anglesOf(plain);
  if (!angles) return { kind: "fault", fault: "unreadable" };
  if (angles.length === 2) return placeOf(angles, isLonFirst);
  if (angles.length === 4) return boxOf(angles);
  return { kind: "fault", fault: "count" };
}

/** One spelling for each sign: the many kinds of minus, degree, minute and second that documents have. */
function normal(text: string): string {
  return text
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[º˚]/g, "°")
    .replace(/[‘’′ʹ´`]/g, "'")
    .replace(/[“”″ʺ]|''/g, '"')
    .normalize("NFKC")
    .replace(/[()[\]]/g, " ")
    .trim();
}

/** The word that says which comes first, taken out. */
function withoutOrder(text: string): { plain: string; isLonFirst: boolean } {
  const order =
    /\b(?:(lon(?:gitude)?|lng|x)[\s,/]*(?:lat(?:itude)?|y)|(?:lat(?:itude)?|y)[\s,/]*(?:lon(?:gitude)?|lng|x))\b[:=]?/i;
  const found = order.exec(text);
  return { plain: text.replace(order, " ").trim(), isLonFirst: Boolean(found?.[1]) };
}

function anglesOf(text: string): Angle[] | null {
  const named = text
    .replace(/\b(?:lat(?:itude)?)\b\s*[:=]?/gi, "Y")
    .replace(/\b(?:lon(?:g(?:itude)?)?|lng)\b\s*[:=]?/gi, "X")
    .replace(/[nsew]/g, (letter) => letter.toUpperCase());
  if (/[NSEWXY]/.test(named)) return lettered(named);
  if (/[^\d\s.,;°'"+-]/.test(named)) return null;
  return named.includes("°") ? withDegrees(named) : numbers(named);
}

/** `52.41N 4.08W`, `N 52° 24' 36" W 4° 4' 48"`, `lat 52.41 lon -4.08`: one letter for each number. */
function lettered(text: string): Angle[] | null {
  const isBefore = /^[NSEWXY]/.test(text);
  const parts = text.split(/([NSEWXY])/).map((part) => part.replace(/^[\s,;]+|[\s,;]+$/g, ""));
  const outside = isBefore ? parts.shift() : parts.pop();
  if (outside) return null;
  const angles: Angle[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const [letter, amount] = isBefore ? [parts[index], parts[index + 1]] : [parts[index + 1], parts[index]];
    const degrees = sexagesimal(amount ?? "");
    if (degrees === null || !letter) return null;
    const isHemisphere = "NSEW".includes(letter);
    if (isHemisphere && /^[+-]/.test(amount ?? "")) return null; // 4.08 west of Greenwich, or east of it?
    const axis = "NSY".includes(letter) ? "lat" : "lon";
    angles.push({ axis, degrees: "SW".includes(letter) ? -degrees : degrees });
  }
  return angles;
}

/** `52°24'36", -4°4'48"`: signs instead of letters. */
function withDegrees(text: string): Angle[] | null {
  const parts = text.match(/[+-]?[^+°]*?°[^°]*?(?=$|[\s,;]*[+-]?\d+(?:[.,]\d+)?°)/g) ?? [];
  const angles: Angle[] = [];
  for (const part of parts) {
    const amount = part.replace(/^[\s,;]+|[\s,;]+$/g, "");
    const degrees = WITH_MINUTES.test(amount.replace(/\s+(?=[°'"])/g, "")) ? sexagesimal(amount) : null;
    if (degrees === null) return null;
    angles.push({ axis: null, degrees });
  }
  return parts.join("").length === text.length ? angles : null;
}

/** One to three numbers: degrees, minutes, seconds. Only the last may have decimals, and the first a sign. */
function sexagesimal(text: string): number | null {
  const bare = text.replace(/[°'"]/g, " ").trim();
  if (!new RegExp(`^${SIGNED.source}(?:\\s+${NUMBER.source}){0,2}$`).test(bare)) return null;
  const parts = bare.split(/\s+/).map(decimal);
  const [degrees = 0, minutes = 0, seconds = 0] = parts;
  if (minutes >= 60 || seconds >= 60 || parts.slice(0, -1).some((part) => !Number.isInteger(part)))
    return null;
  const size = Math.abs(degrees) + minutes / 60 + seconds / 3600;
  return bare.startsWith("-") ? -size : size;
}

/** Plain numbers; a comma is a decimal comma where something else stands between the numbers. */
function numbers(text: string): Angle[] | null {
  if (/['"]/.test(text)) return null;
  const chunks = text.split(text.includes(";") ? /\s*;\s*/ : /,?\s+/).filter(Boolean);
  const hasCommas = !text.includes(".") && chunks.some((chunk) => chunk.includes(","));
  const isWhole = chunks.length === 2 || chunks.length === 4;
  const areDecimal = hasCommas && isWhole && chunks.every((chunk) => wholly(SIGNED, chunk));
  const parts = areDecimal ? chunks : text.split(/[\s,;]+/).filter(Boolean);
  if (!parts.every((part) => wholly(/[+-]?(?:\d+\.?\d*|\.\d+)/, part) || areDecimal)) return null;
  return parts.map((part) => ({ axis: null, degrees: decimal(part) }));
}

const wholly = (pattern: RegExp, text: string): boolean => new RegExp(`^(?:${pattern.source})$`).test(text);
const decimal = (text: string): number => Number(text.replace(",", "."));

function placeOf(angles: readonly Angle[], isLonFirst: boolean): Found {
  const [one, other] = angles as readonly [Angle, Angle];
  if (one.axis && one.axis === other.axis) return { kind: "fault", fault: "unreadable" };
  // Beyond 90 degrees it can only be a longitude, whatever the order.
  const isSwapped = one.axis
    ? one.axis === "lon"
    : isLonFirst || (Math.abs(one.degrees) > 90 && Math.abs(other.degrees) <= 90);
  const place: LonLat = isSwapped ? [one.degrees, other.degrees] : [other.degrees, one.degrees];
  const fault = rangeFault(place);
  return fault ? { kind: "fault", fault } : { kind: "place", place };
}

function boxOf(angles: readonly Angle[]): Found {
  const [a = 0, b = 0, c = 0, d = 0] = angles.map((angle) => angle.degrees);
  if (angles.some((angle) => angle.axis)) {
    const lons = angles.filter((angle) => angle.axis === "lon").map((angle) => angle.degrees);
    const lats = angles.filter((angle) => angle.axis === "lat").map((angle) => angle.degrees);
    if (lons.length !== 2) return { kind: "fault", fault: "unreadable" };
    return boxFound([Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]);
  }
  const asGiven = boxFound([a, b, c, d]);
  if (asGiven.kind === "box") return asGiven;
  const latFirst = boxFound([b, a, d, c]);
  return latFirst.kind === "box" ? latFirst : asGiven;
}

function boxFound(box: Bbox): Found {
  const [west, south, east, north] = box;
  const fault = rangeFault([west, south]) ?? rangeFault([east, north]);
  if (fault) return { kind: "fault", fault };
  return south < north && west < east ? { kind: "box", box } : { kind: "fault", fault: "box" };
}

function rangeFault([lon, lat]: LonLat): CoordinateFault | null {
  if (Math.abs(lat) > 90) return "latitude";
  return Math.abs(lon) > 180 ? "longitude" : null;
}
