import type { ComponentChildren } from "preact";
import { titleOf } from "../../api/adaptations";
import { number, t } from "../../i18n/i18n";
import type { Pair, Warning } from "../../project/warnings";
import { project } from "../../state";
import { LabelLink } from "./Faults";
import { labelNames, warnings } from "./groups";

const MOST_PAIRS = 3;

/** What would make the map better, as far as the labels themselves tell. */
export function Warnings() {
  const found = warnings.value;
  if (found.length === 0) return null;
  return (
    <section class="warning label-warnings" aria-labelledby="warnings-title">
      <h3 id="warnings-title">{t("label.warnings")}</h3>
      <ul>
        {found.map((warning) => (
          <WarningItem key={keyOf(warning)} warning={warning} />
        ))}
      </ul>
    </section>
  );
}

function keyOf(warning: Warning): string {
  return "classId" in warning ? `${warning.kind} ${warning.classId}` : warning.kind;
}

function WarningItem({ warning }: { warning: Warning }) {
  switch (warning.kind) {
    case "empty":
      return <li>{t("label.warn.empty", { name: nameOf(warning.classId) })}</li>;
    case "few": {
      const name = nameOf(warning.classId);
      return (
        <li>
          {warning.isEnough
            ? t("label.warn.few", { name, n: number(warning.count) })
            : t("label.warn.one", { name })}
        </li>
      );
    }
    case "uneven": {
      const { most, least } = warning;
      return (
        <li>
          {t("label.warn.uneven", {
            most: nameOf(most.classId),
            mostCount: most.count,
            least: nameOf(least.classId),
            leastCount: least.count,
          })}
        </li>
      );
    }
    default:
      return <Pairs kind={warning.kind} pairs={warning.pairs} />;
  }
}

function Pairs({ kind, pairs }: { kind: "together" | "contradiction"; pairs: readonly Pair[] }) {
  return (
    <>
      {pairs.slice(0, MOST_PAIRS).map(([one, other]) => (
        <li key={`${one} ${other}`}>
          {withLinks(
            t(`label.warn.${kind}`, {
              one: labelNames.value.get(one) ?? "",
              other: labelNames.value.get(other) ?? "",
            }),
            [one, other],
          )}
        </li>
      ))}
      {pairs.length > MOST_PAIRS && <li>{t("label.others", { count: pairs.length - MOST_PAIRS })}</li>}
    </>
  );
}

/** A sentence in which names of labels go there, wherever the language puts them. */
function withLinks(sentence: string, ids: readonly string[]): ComponentChildren[] {
  let rest: ComponentChildren[] = [sentence];
  for (const id of ids) {
    const name = labelNames.value.get(id) ?? "";
    rest = rest.flatMap((part) => {
      const at = typeof part === "string" && name ? part.indexOf(name) : -1;
      if (typeof part !== "string" || at < 0) return [part];
      return [part.slice(0, at), <LabelLink key={id} id={id} />, part.slice(at + name.length)];
    });
  }
  return rest;
}

function nameOf(classId: string): string {
  return titleOf(project.value.classes.find((entry) => entry.id === classId)?.name ?? "");
}
