import type { Validation } from "../../api/insight";
import { number, percent, t } from "../../i18n/i18n";
import { Swatch } from "../../ui/ui";

/** The confusion matrix; what is right in one colour, what is wrong in another, the more the stronger. */
export function Confusion({ found }: { found: Validation }) {
  const { classes, matrix } = found;
  const title = t("improve.matrix");
  return (
    <>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- scrolled with the arrow keys where it is too wide */}
      <section class="matrix-frame" aria-label={title} tabIndex={0}>
        <table class="matrix">
          <caption>{title}</caption>
          <thead>
            <tr>
              <th scope="col">{t("improve.matrix.corner")}</th>
              {classes.map((entry) => (
                <th scope="col" key={entry.value}>
                  <span class="with-swatch turned">
                    <Swatch color={entry.color} /> {entry.title}
                  </span>
                </th>
              ))}
              <th scope="col">
                <span class="turned">{t("improve.matrix.recall")}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {classes.map((entry, row) => {
              const counts = matrix[row] ?? [];
              const all = counts.reduce((sum, count) => sum + count, 0);
              return (
                <tr key={entry.value}>
                  <th scope="row">
                    <span class="with-swatch">
                      <Swatch color={entry.color} /> {entry.title}
                    </span>
                  </th>
                  {classes.map((other, column) => (
                    <Cell
                      key={other.value}
                      count={counts[column] ?? 0}
                      share={all > 0 ? (counts[column] ?? 0) / all : 0}
                      isRight={row === column}
                    />
                  ))}
                  <td class="rate">{rate(entry.recall)}</td>
                </tr>
              );
            })}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t("improve.matrix.precision")}</th>
              {classes.map((entry) => (
                <td key={entry.value} class="rate">
                  {rate(entry.precision)}
                </td>
              ))}
              <td />
            </tr>
          </tfoot>
        </table>
      </section>
      <p class="hint">
        {t("improve.matrix.recall.hint")} {t("improve.matrix.precision.hint")}
      </p>
    </>
  );
}

function Cell({ count, share, isRight }: { count: number; share: number; isRight: boolean }) {
  return (
    <td class={isRight ? "right" : "wrong"} style={{ "--strength": `${Math.round(45 * share)}%` }}>
      {number(count)}
    </td>
  );
}

function rate(share: number | null) {
  if (share !== null) return percent(share);
  return (
    <>
      <span aria-hidden="true">–</span>
      <span class="visually-hidden">{t("improve.matrix.unknown")}</span>
    </>
  );
}
