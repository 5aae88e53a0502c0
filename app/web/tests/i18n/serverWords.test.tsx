import { type ComponentChild, render } from "preact";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Problem } from "../../src/api/problem";
import { speak, startLanguage, t } from "../../src/i18n/i18n";
import { Quoting } from "../../src/ui/ServerWords";
import { ProblemNote } from "../../src/ui/ui";

/** What a screen reader reads as English. */
function english(shown: ComponentChild): string[] {
  render(shown, document.body);
  return [...document.body.querySelectorAll('[lang="en"]')].map((each) => each.textContent);
}

beforeEach(async () => {
  await startLanguage();
  await speak("de");
});
afterEach(async () => {
  render(null, document.body);
  await speak("en");
});

describe("words of the server on a page in another language", () => {
  const given = { status: 422, code: "invalid-labels", title: "No labels", detail: "Two are needed." };

  it("are English in a refusal, and the page's are not", () => {
    const faults = [{ where: "labels[0]", reason: "lies in the sea" }];
    expect(
      english(<ProblemNote problem={new Problem({ ...given, faults })} onRetry={() => undefined} />),
    ).toEqual(["No labels", "Two are needed.", "lies in the sea"]);
    expect(document.body.textContent).toContain("Erneut versuchen");
  });

  it("are told from a title that the page has put above them", () => {
    expect(english(<ProblemNote problem={new Problem({ ...given, translated: "title" })} />)).toEqual([
      "Two are needed.",
    ]);
    expect(english(<ProblemNote problem={new Problem({ ...given, translated: "all" })} />)).toEqual([]);
    expect(english(<ProblemNote problem={Problem.offline()} />)).toEqual([]);
  });

  it("are marked within a sentence", () => {
    const shown = <Quoting words="a worker to start" sentence={(what) => t("take.job.accepted", { what })} />;
    expect(english(shown)).toEqual(["a worker to start"]);
    expect(document.body.textContent).toBe("Wartet auf: a worker to start");
  });
});
