import type { Areas as RegionAreas } from "../../api/insight";
import { area, percent, t } from "../../i18n/i18n";
import { Swatch } from "../../ui/ui";
import type { Figures } from "./figures";
import { Section } from "./Section";

/** How much ground each class covers, as numbers and as bars in the colours of the map. */
export function Areas({ figures }: { figures: Figures<RegionAreas> }) {
  return (
    <Section title={t("improve.areas")} figures={figures}>
      {(found) => <Table found={found} />}
    </Section>
  );
}

function Table({ found }: { found: RegionAreas }) {
  const largest = Math.max(found.nodata.share, ...found.classes.map((entry) => entry.share));
  const bar = (share: number, color?: string) => (
    <span class="bar" aria-hidden="true">
      <span
        class="bar-fill"
        style={{ inlineSize: `${largest > 0 ? (100 * share) / largest : 0}%`, backgroundColor: color }}
      />
    </span>
  );
  return (
    <>
      <table class="areas">
        <thead>
          <tr>
            <th scope="col">{t("improve.areas.class")}</th>
            <th scope="col">{t("improve.areas.area")}</th>
            <th scope="col">{t("improve.areas.share")}</th>
          </tr>
        </thead>
        <tbody>
          {found.classes.map((entry) => (
            <tr key={entry.value}>
              <th scope="row">
                <span class="with-swatch">
                  <Swatch color={entry.color} /> {entry.title}
                </span>
                {bar(entry.share, entry.color)}
              </th>
              <td>{area(entry.area_m2)}</td>
              <td>{percent(entry.share, 1)}</td>
            </tr>
          ))}
          {found.nodata.pixels > 0 && (
            <tr>
              <th scope="row">
                {t("improve.areas.nodata")} {bar(found.nodata.share)}
              </th>
              <td>{area(found.nodata.area_m2)}</td>
              <td>{percent(found.nodata.share, 1)}</td>
            </tr>
          )}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("improve.areas.total")}</th>
            <td>{area(found.total.area_m2)}</td>
            <td />
          </tr>
        </tfoot>
      </table>
      <p class="hint">
        {t("improve.areas.note")} {found.step > 1 && t("improve.areas.step", { step: found.step })}
      </p>
    </>
  );
}
