import { signal } from "@preact/signals";
import i18next from "i18next";
import { en } from "./en";

/** Languages of the page; each but English is loaded when it is wanted. */
export const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", fr: "Français" } as const;
export type Language = keyof typeof LANGUAGES;
export type Key = keyof typeof en;

const CHOSEN = "landshot.language";

/** The language that is shown: who reads it shows itself again when it changes. */
export const language = signal<Language>("en");

/** Numbers and dates follow the browser's own locale where it is of the page's language. */
export function locale(): string {
  const own = navigator.languages.find((tag) => tag.split("-")[0] === language.value);
  return own ?? language.value;
}

export async function startLanguage(): Promise<void> {
  await i18next.init({
    lng: "en",
    fallbackLng: "en",
    resources: { en: { translation: en } },
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false },
  });
  const wanted = [localStorage.getItem(CHOSEN) ?? "", ...navigator.languages].map(
    (tag) => tag.split("-")[0] ?? "",
  );
  await speak(wanted.find((tag): tag is Language => tag in LANGUAGES) ?? "en");
}

export async function speak(wanted: Language, keep = false): Promise<void> {
  if (wanted !== "en" && !i18next.hasResourceBundle(wanted, "translation")) {
    const { messages } = await LOADERS[wanted]();
    i18next.addResourceBundle(wanted, "translation", messages);
  }
  await i18next.changeLanguage(wanted);
  document.documentElement.lang = wanted;
  if (keep) localStorage.setItem(CHOSEN, wanted);
  language.value = wanted;
}

/** A message in the page's language; `count` chooses its plural. */
export function t(key: Key | PluralKey, parameters: Record<string, string | number> = {}): string {
  language.value; // whoever shows a message shows it again in another language
  const formatted = Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      name === "count" || typeof value === "string" ? value : number(value),
    ]),
  );
  const shown =
    typeof parameters.count === "number" ? { ...formatted, n: number(parameters.count) } : formatted;
  return i18next.t(key as string, shown);
}

type PluralKey = Key extends infer K ? (K extends `${infer Base}_other` ? Base : never) : never;

const LOADERS: Record<Exclude<Language, "en">, () => Promise<{ messages: Record<string, string> }>> = {
  de: () => import("./de"),
  es: () => import("./es"),
  fr: () => import("./fr"),
};

export function number(value: number, digits = 0): string {
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: digits }).format(value);
}

export function percent(share: number, digits = 0): string {
  return new Intl.NumberFormat(locale(), { style: "percent", maximumFractionDigits: digits }).format(share);
}

/** Square metres in the unit that people think in. */
export function area(squareMetres: number): string {
  const isLarge = squareMetres >= 10_000_000;
  const value = isLarge ? squareMetres / 1e6 : squareMetres / 1e4;
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return isLarge ? `${number(value, digits)} km²` : `${number(value, digits)} ha`;
}

export function seconds(value: number): string {
  const unit = value < 90 ? "second" : value < 5400 ? "minute" : "hour";
  const amount = unit === "second" ? value : unit === "minute" ? value / 60 : value / 3600;
  const shown =
    amount < 10 && unit === "second" ? Math.max(0.1, Math.round(amount * 10) / 10) : Math.round(amount);
  return new Intl.NumberFormat(locale(), {
    style: "unit",
    unit,
    unitDisplay: "long",
    maximumFractionDigits: 1,
  }).format(shown);
}

export function date(iso: string, withTime = false): string {
  const options: Intl.DateTimeFormatOptions = withTime
    ? { dateStyle: "medium", timeStyle: "short" }
    : { dateStyle: "medium" };
  return new Intl.DateTimeFormat(locale(), options).format(new Date(iso));
}
