import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { messages as de } from "../../src/i18n/de";
import { en } from "../../src/i18n/en";
import { messages as es } from "../../src/i18n/es";
import { messages as fr } from "../../src/i18n/fr";
import { type Language, speak, startLanguage, t } from "../../src/i18n/i18n";

const ENGLISH: Readonly<Record<string, string>> = en;
const LANGUAGES: readonly (readonly [Language, Readonly<Record<string, string>>])[] = [
  ["de", de],
  ["es", es],
  ["fr", fr],
];

/** Words that are the same in English and in another language, as whole messages: names, units, and what both have. */
const SHARED: Readonly<Partial<Record<Language, readonly string[]>>> = {
  de: [
    "Label",
    "Labels CSV",
    "Labels GeoJSON",
    "Labels GeoPackage",
    "Labels",
    "Pixel",
    "Version",
    "Vegetation NDVI",
  ],
  es: ["Plan", "Total"],
  fr: [
    "classes",
    "Classes",
    "Date",
    "date",
    "Dates",
    "dates",
    "distance",
    "Pixel",
    "Pixels",
    "Plan",
    "Style QGIS",
    "Version",
  ],
};

/** The English message that a message is to say: what is "many" elsewhere is "other" there. */
const original = (key: string): string => ENGLISH[key.replace(/_many$/, "_other")] ?? "";

const placeholders = (message: string): string[] =>
  [...new Set([...message.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name))].toSorted();

/** Without what is put in, and without signs. */
const wordsOf = (message: string): string =>
  message
    .replaceAll(/\{\{\w+\}\}/g, " ")
    .replaceAll(/[^\p{L}]+/gu, " ")
    .trim();

describe.each(LANGUAGES)("the messages in %s", (language, messages) => {
  const entries = Object.entries(messages);

  it("have the same placeholders as in English; a singular may write its number out", () => {
    const wrong = entries.filter(([key, message]) => {
      const named = (names: string[]): string =>
        names.filter((name) => name !== "n" || !key.endsWith("_one")).join();
      return named(placeholders(original(key))) !== named(placeholders(message));
    });
    expect(wrong).toEqual([]);
  });

  it("say something", () => {
    expect(entries.filter(([, message]) => message.trim() === "")).toEqual([]);
  });

  it("are in that language, but for words that English has too", () => {
    const left = entries.filter(([key, message]) => {
      const words = wordsOf(message);
      return words !== "" && words === wordsOf(original(key)) && !SHARED[language]?.includes(words);
    });
    expect(left).toEqual([]);
  });

  it("have every plural that the language has", () => {
    const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
    const bases = Object.keys(en).flatMap((key) => /^(.*)_other$/.exec(key)?.[1] ?? []);
    const missing = bases.flatMap((base) =>
      pluralCategories.map((category) => `${base}_${category}`).filter((key) => !(key in messages)),
    );
    expect(bases.length).toBeGreaterThan(10);
    expect(missing).toEqual([]);
  });
});

describe("the signs of a language", () => {
  const offending = (messages: Readonly<Record<string, string>>, sign: RegExp): string[] =>
    Object.values(messages).filter((message) => sign.test(message));

  it("stand in French behind a thin space that no line breaks at", () => {
    expect(offending(fr, /[^\u202f][:;?!»%]|«[^\u202f]/u)).toEqual([]);
    expect(offending(fr, /\p{L}'/u)).toEqual([]);
  });

  it("open a question in Spanish as they close it", () => {
    expect(offending(es, /^[^¿]*\?|^[^¡]*!/u)).toEqual([]);
  });

  it.each([
    ["de", de, /„[^„“]*“/g],
    ["es", es, /«[^«»]*»/g],
    ["fr", fr, /«[^«»]*»/g],
  ] as const)("are the quotes of %s, in pairs", (_, messages, quoted) => {
    const seconds = /\d"/g; // of an angle
    const rest = Object.values(messages).map((each) => each.replaceAll(quoted, "").replaceAll(seconds, ""));
    expect(rest.filter((each) => /[«»“”„"]/.test(each))).toEqual([]);
  });
});

describe("a message in another language", () => {
  beforeAll(startLanguage);
  afterAll(() => speak("en"));

  it.each([
    ["de", 1, "1 Label hinzugefügt"],
    ["de", 1200, "1.200 Labels hinzugefügt"],
    ["es", 0, "0 etiquetas añadidas"],
    ["es", 2_000_000, "2.000.000 etiquetas añadidas"],
    ["fr", 0, "0 étiquette ajoutée"],
    ["fr", 3_000_000, "3\u202f000\u202f000 étiquettes ajoutées"],
  ] as const)("counts as %s does: %i", async (language, count, said) => {
    await speak(language);
    expect(t("improve.did.add", { count })).toBe(said);
  });
});
