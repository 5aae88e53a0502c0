import type { LonLat } from "../project/project";
import { locale } from "./i18n";

let formatter: { readonly locale: string; readonly format: (value: number) => string } | null = null;

/** A place as people write it, latitude first; hundreds of them are written at once, so the formatter is kept. */
export function placeText([lon, lat]: LonLat): string {
  const wanted = locale();
  if (formatter?.locale !== wanted) {
    const digits = new Intl.NumberFormat(wanted, { maximumFractionDigits: 5 });
    formatter = { locale: wanted, format: (value) => digits.format(value) };
  }
  const { format } = formatter;
  return `${format(Math.abs(lat))}° ${lat < 0 ? "S" : "N"}, ${format(Math.abs(lon))}° ${lon < 0 ? "W" : "E"}`;
}
