import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { en } from "../../src/i18n/en";
import { type Key, speak, startLanguage, t } from "../../src/i18n/i18n";

const SOURCES = join(import.meta.dirname, "../../src");
const KEYS = Object.keys(en);

/** Every message that the page's sources ask for: `t("...")`, and the beginnings and ends of those that are put together. */
function asked(): { whole: Set<string>; patterns: RegExp[] } {
  const files = readdirSync(SOURCES, { recursive: true, encoding: "utf-8" }).filter((name) =>
    /(?<!i18n[\\/].*)\.tsx?$/.test(name),
  );
  const text = files.map((name) => readFileSync(join(SOURCES, name), "utf-8")).join("\n");
  const whole = new Set<string>();
  const patterns: RegExp[] = [];
  const key = /["'`]((?:(?:shell|where|what|label|map|improve|take)|\$\{[^}]+\})\.[\w.${} -]+)["'`]/g;
  for (const [, found = ""] of text.matchAll(key)) {
    if (found.endsWith(".ts")) continue; // a file, in a comment
    if (!found.includes("${")) whole.add(found);
    else patterns.push(patternOf(found));
  }
  return { whole, patterns };
}

function patternOf(template: string): RegExp {
  const text = template.replaceAll(".", "\\.").replaceAll(/\$\{[^}]*\}/g, ".+");
  return new RegExp(`^${text}(_one|_other)?$`);
}

const isThere = (key: string): boolean => key in en || `${key}_other` in en;

beforeAll(startLanguage);

describe("the messages of the page", () => {
  it("are there where they are asked for", () => {
    const { whole, patterns } = asked();
    expect(whole.size).toBeGreaterThan(50);
    expect([...whole].filter((key) => !isThere(key))).toEqual([]);
    expect(patterns.filter((pattern) => !KEYS.some((key) => pattern.test(key)))).toEqual([]);
  });

  it("are all asked for", () => {
    const { whole, patterns } = asked();
    const isAsked = (key: string): boolean =>
      whole.has(key) ||
      whole.has(key.replace(/_(one|other)$/, "")) ||
      patterns.some((each) => each.test(key));
    expect(KEYS.filter((key) => !isAsked(key))).toEqual([]);
  });

  it("have both plurals where they have one", () => {
    const missing = KEYS.filter((key) => /_(one|other)$/.test(key)).filter((key) => {
      const base = key.replace(/_(one|other)$/, "");
      return !(`${base}_one` in en && `${base}_other` in en);
    });
    expect(missing).toEqual([]);
  });

  it("have the same parameters in both plurals, but for the count", () => {
    const parameters = (text: string): string[] =>
      [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = ""]) => name).filter((name) => name !== "n");
    const messages = en as Record<string, string>;
    const differing = KEYS.filter((key) => key.endsWith("_one")).filter((key) => {
      const other = messages[key.replace(/_one$/, "_other")] ?? "";
      return (
        parameters(messages[key] ?? "")
          .toSorted()
          .join() !== parameters(other).toSorted().join()
      );
    });
    expect(differing).toEqual([]);
  });

  it("choose their plural, and write numbers as the language does", async () => {
    await speak("en");
    expect(t("improve.did.add", { count: 1 })).toBe("1 label added");
    expect(t("improve.did.add", { count: 1200 })).toBe("1,200 labels added");
    expect(t("improve.version", { version: 1200 })).toBe("Version 1,200");
  });

  it("put in what people have written as it is", () => {
    const name = "<b>{{n}}</b> & $t(shell.undo)";
    expect(t("shell.next" as Key, { name })).toBe(`Next: ${name}`);
  });
});
