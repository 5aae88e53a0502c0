import type { Validation as Validated } from "../../api/insight";
import { percent, t } from "../../i18n/i18n";
import { Quoting, ServerWords } from "../../ui/ServerWords";
import { Confusion } from "./Confusion";
import type { Figures } from "./figures";
import { Section } from "./Section";

/** What cross-validation expects of the map, and of which classes nothing can be said. */
export function Validation({ figures }: { figures: Figures<Validated> }) {
  return (
    <Section title={t("improve.accuracy")} figures={figures}>
      {(found) => (
        <>
          {found.accuracy !== null && (
            <p>
              {t("improve.accuracy.right", { count: found.labels, share: percent(found.accuracy) })}{" "}
              {found.interval &&
                t("improve.accuracy.interval", {
                  low: percent(found.interval[0]),
                  high: percent(found.interval[1]),
                })}
            </p>
          )}
          {found.labels > 0 && <Confusion found={found} />}
          {found.not_validated.length > 0 && (
            <>
              <h4>{t("improve.unchecked")}</h4>
              <ul class="unchecked">
                {found.not_validated.map((entry) => (
                  <li key={entry.value}>
                    <Quoting
                      words={entry.reason}
                      sentence={(reason) => t("improve.unchecked.class", { name: entry.title, reason })}
                    />
                  </li>
                ))}
              </ul>
            </>
          )}
          <p class="hint">
            <ServerWords>{found.note}</ServerWords>
          </p>
        </>
      )}
    </Section>
  );
}
