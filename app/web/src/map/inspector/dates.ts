import type { SpectrumDate } from "../../api/pixel";
import { date, t } from "../../i18n/i18n";

/** A date of the imagery as people read it; `index` counts them from 0. */
export function nameOfDate({ date: day, day_of_year }: SpectrumDate, index: number): string {
  const [from, to] = day?.split("/") ?? [];
  if (from && to) return t("map.pixel.date.range", { from: date(from), to: date(to) });
  if (from) return date(from);
  if (day_of_year !== null) return t("map.pixel.date.day", { day: day_of_year });
  return t("map.pixel.date.number", { number: index + 1 });
}

/** The first date on which anything was seen; the first one where nothing was. */
export function firstSeen(spectrum: readonly { readonly reflectance: readonly (number | null)[] }[]): number {
  return Math.max(
    0,
    spectrum.findIndex(({ reflectance }) => reflectance.some((value) => value !== null)),
  );
}
