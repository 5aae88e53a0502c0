import type { Comparison } from "../../api/insight";
import { version } from "../../follow/follow";
import { percent, t } from "../../i18n/i18n";
import { project } from "../../state";
import { Swatch } from "../../ui/ui";
import type { Figures } from "./figures";
import { Section } from "./Section";

/** Pairs of classes that are told of; there may be hundreds. */
const MOST = 12;

/** Where the map is different from the one before the last correction. */
export function Changes({ figures }: { figures: Figures<Comparison | null> }) {
  return (
    <Section title={t("improve.changes")} figures={figures}>
      {(found) => <Table found={found} />}
    </Section>
  );
}

function Table({ found }: { found: Comparison | null }) {
  if (!found) return <p class="hint">{t("improve.changes.first")}</p>;
  if (found.changed_pixels === 0) return <p class="hint">{t("improve.changes.none")}</p>;
  const rest = found.changes.length - MOST;
  return (
    <>
      <p>
        {t("improve.changes.share", { share: small(found.changed_share), from: found.from })}{" "}
        {found.step > 1 && t("improve.areas.step", { step: found.step })}
      </p>
      <table class="changes">
        <thead>
          <tr>
            <th scope="col">{t("improve.changes.before")}</th>
            <th scope="col">{t("improve.changes.now")}</th>
            <th scope="col">{t("improve.areas.share")}</th>
          </tr>
        </thead>
        <tbody>
          {found.changes.slice(0, MOST).map(({ from, to, share }) => (
            <tr key={`${from.value} ${to.value}`}>
              <td>
                <Named {...from} />
              </td>
              <td>
                <Named {...to} />
              </td>
              <td>{small(share)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rest > 0 && <p class="hint">{t("improve.changes.more", { count: rest })}</p>}
    </>
  );
}

function Named({ name, value }: { name: string; value: number }) {
  const known = [...(version.value?.legend ?? []), ...project.value.classes];
  const color = known.find((entry) => entry.name === name)?.color;
  return (
    <span class="with-swatch">
      {color && <Swatch color={color} />}
      {value === 0 ? t("improve.areas.nodata") : name}
    </span>
  );
}

/** A share of a map is small more often than not: with two digits that count. */
function small(share: number): string {
  if (share > 0 && share < 0.0001) return `< ${percent(0.0001, 2)}`;
  return percent(share, share < 0.01 ? 2 : 1);
}
