import { useSignal } from "@preact/signals";
import type { ServerClass } from "../../api/types";
import { t } from "../../i18n/i18n";
import { classKey } from "../../project/naming";
import { project } from "../../state";
import { Button, ProblemNote, Swatch } from "../../ui/ui";
import { addLegend } from "./adding";
import { commonClasses, known, knownProblem, loadLegends } from "./known";

/** One click for whoever has no classes yet. */
export function CommonClasses() {
  const common = commonClasses();
  if (knownProblem.value) {
    return <ProblemNote problem={knownProblem.value} onRetry={() => void loadLegends()} />;
  }
  return (
    <div class="what-common">
      <ul class="what-swatches">
        {common.map((entry) => (
          <li key={entry.value}>
            <Swatch color={entry.color} /> {entry.title}
          </li>
        ))}
      </ul>
      <Button kind="primary" disabled={common.length === 0} onClick={() => addLegend(common)}>
        {t("what.common", { count: common.length })}
      </Button>
    </div>
  );
}

/** All of ESA WorldCover, to choose from. */
export function FromWorldCover() {
  const chosen = useSignal<ReadonlySet<number>>(new Set());
  const there = new Set(project.value.classes.map((entry) => classKey(entry.name)));
  const isThere = (entry: ServerClass): boolean => there.has(classKey(entry.name));
  const free = known.value.classes.filter((entry) => !isThere(entry));
  const wanted = free.filter((entry) => chosen.value.has(entry.value));
  const toggle = (value: number): void => {
    const next = new Set(chosen.value);
    if (!next.delete(value)) next.add(value);
    chosen.value = next;
  };
  return (
    <details>
      <summary>{t("what.worldcover")}</summary>
      <div class="row">
        <Button
          onClick={() => {
            chosen.value = new Set(free.map((entry) => entry.value));
          }}
        >
          {t("what.worldcover.all")}
        </Button>
        <Button
          onClick={() => {
            chosen.value = new Set();
          }}
        >
          {t("what.worldcover.none")}
        </Button>
      </div>
      <ul class="what-checks">
        {known.value.classes.map((entry) => (
          <li key={entry.value}>
            <label>
              <input
                type="checkbox"
                checked={chosen.value.has(entry.value) || isThere(entry)}
                disabled={isThere(entry)}
                onChange={() => toggle(entry.value)}
              />
              <Swatch color={entry.color} />
              {isThere(entry) ? t("what.worldcover.there", { name: entry.title }) : entry.title}
            </label>
          </li>
        ))}
      </ul>
      <Button
        kind="primary"
        disabled={wanted.length === 0}
        onClick={() => {
          addLegend(wanted);
          chosen.value = new Set();
        }}
      >
        {wanted.length > 0 ? t("what.worldcover.add", { count: wanted.length }) : t("what.worldcover.choose")}
      </Button>
    </details>
  );
}
