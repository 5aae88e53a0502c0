import type { ComponentChildren } from "preact";
import type { Plan, Scenes } from "../../api/plan";
import { area, date, number, percent, seconds, t } from "../../i18n/i18n";
import { pixelMetres } from "../../project/regions";
import { ServerWords } from "../../ui/ServerWords";
import { Icon, ProblemNote } from "../../ui/ui";
import { missing, planAgain, planning, refusals } from "./planning";

/** What a map of the region would be made of, what it would take, and what stands in its way. */
export function PlanView() {
  const { plan, problem, isBusy } = planning.value;
  const { at, others } = refusals.value;
  if (missing.value || (!plan && !problem && !isBusy)) return null;
  const isRefused = Object.keys(at).length > 0 || others.length > 0;
  return (
    <section class="plan" aria-labelledby="plan-title" aria-busy={isBusy}>
      <h3 id="plan-title">{t("where.plan")}</h3>
      <p class="status" role="status">
        {isBusy ? t("where.plan.wait") : <Verdict isRefused={isRefused} />}
      </p>
      {others.map((refusal) =>
        refusal.isPassing ? (
          <ProblemNote key={refusal.detail} problem={refusal} onRetry={() => void planAgain()} />
        ) : (
          <ProblemNote key={refusal.detail} problem={refusal} />
        ),
      )}
      {plan && <Facts plan={plan} />}
    </section>
  );
}

function Verdict({ isRefused }: { isRefused: boolean }) {
  return (
    <span class={isRefused ? "verdict refused" : "verdict"}>
      <Icon name={isRefused ? "warning" : "check"} />
      {t(isRefused ? "where.plan.no" : "where.plan.yes")}
    </span>
  );
}

function Facts({ plan }: { plan: Plan }) {
  const { region, scenes, cost, notes } = plan;
  const metres = pixelMetres(region?.resolution);
  return (
    <>
      <dl class="plan-facts">
        {region && <Fact name={t("where.plan.area")}>{areaOf(region)}</Fact>}
        {region && metres && (
          <Fact name={t("where.plan.pixels")}>
            {t("where.plan.size", { pixels: region.pixels, metres: Number(metres.toPrecision(2)) })}
          </Fact>
        )}
        {scenes && <SceneFacts scenes={scenes} />}
        {cost && (
          <Fact name={t("where.plan.seconds")}>
            {t("where.plan.about", { time: seconds(Math.ceil(cost.seconds)) })}
          </Fact>
        )}
      </dl>
      {scenes && <Dates scenes={scenes} />}
      {notes.map((note) => (
        <p class="muted" key={note}>
          <ServerWords>{note}</ServerWords>
        </p>
      ))}
    </>
  );
}

/** The same day everywhere: midnight in Greenwich is the day before in America. */
const day = (iso: string): string => date(`${iso}T12:00`);

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function SceneFacts({ scenes }: { scenes: Scenes }) {
  const { steps } = scenes;
  const clear = steps.reduce((sum, step) => sum + step.clear_share, 0) / Math.max(1, steps.length);
  return (
    <>
      <Fact name={t("where.plan.scenes")}>
        {t("where.plan.used", { used: scenes.used, found: scenes.found })}
      </Fact>
      <Fact name={t("where.plan.dates")}>{number(steps.length)}</Fact>
      <Fact name={t("where.plan.clear")}>{t("where.plan.clear.mean", { share: percent(clear) })}</Fact>
    </>
  );
}

function Dates({ scenes }: { scenes: Scenes }) {
  const { steps, left_out: left, steps_without_imagery: without } = scenes;
  return (
    <details>
      <summary>{t("where.plan.each")}</summary>
      <div class="plan-table">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("where.plan.period")}</th>
              <th scope="col">{t("where.plan.days")}</th>
              <th scope="col">{t("where.plan.clear")}</th>
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => (
              <tr key={step.start}>
                <th scope="row">{t("where.to", { from: day(step.start), until: day(step.end) })}</th>
                <td>{number(step.days)}</td>
                <td>{percent(step.clear_share)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {without.length > 0 && (
        <>
          <p>{t("where.plan.without", { count: without.length })}</p>
          <ul>
            {without.map(([from, until]) => (
              <li key={from}>{t("where.to", { from: day(from), until: day(until) })}</li>
            ))}
          </ul>
        </>
      )}
      {left.length > 0 && (
        <>
          <p>{t("where.plan.left", { count: left.length })}</p>
          <ul>
            {left.slice(0, MOST_LEFT_OUT).map(({ id, reason }) => (
              <li key={id}>
                <code>{id}</code> <ServerWords>{reason}</ServerWords>
              </li>
            ))}
          </ul>
        </>
      )}
    </details>
  );
}

const MOST_LEFT_OUT = 20;

function areaOf({ area_km2: size, covered }: NonNullable<Plan["region"]>): string {
  const shown = area(size * 1e6);
  return covered < 0.9995 ? t("where.plan.covered", { area: shown, share: percent(covered, 1) }) : shown;
}
