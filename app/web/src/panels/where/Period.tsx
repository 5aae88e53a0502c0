import { useSignal } from "@preact/signals";
import { t } from "../../i18n/i18n";
import type { Region, Steps } from "../../project/project";
import { isCatalogue, periodFault, usualPeriod } from "../../project/regions";
import { edit, imagery, project } from "../../state";
import { ServerWords } from "../../ui/ServerWords";
import { Button, Field } from "../../ui/ui";
import { refusals } from "./planning";

const STEPS: readonly Steps[] = ["month", "season", "all"];

/** Of a catalogue: from when to when, and into how many dates that is cut. */
export function Period() {
  const region = project.value.region;
  const entry = imagery.value;
  if (!region || !entry || !isCatalogue(entry)) return null;
  return (
    <fieldset class="where-part">
      <legend>{t("where.period")}</legend>
      <Days region={region} mostDays={entry.max_period_days} />
      <Field label={t("where.steps")} error={wordsOf(refusals.value.at.steps)}>
        {(wiring) => (
          <select
            {...wiring}
            value={region.steps ?? entry.steps ?? "season"}
            onChange={(event) => change({ steps: event.currentTarget.value as Steps })}
          >
            {STEPS.map((name) => {
              const shown = t(`where.steps.${name}`);
              return (
                <option key={name} value={name}>
                  {name === entry.steps ? t("where.steps.default", { name: shown }) : shown}
                </option>
              );
            })}
          </select>
        )}
      </Field>
    </fieldset>
  );
}

/** The two days; what is no period stays in the fields, with what is wrong, and is not asked for. */
function Days({ region, mostDays }: { region: Region; mostDays: number | undefined }) {
  const typed = useSignal<{ start: string; end: string; of: Region } | null>(null);
  const { start, end } =
    typed.value?.of === region ? typed.value : { start: region.start ?? "", end: region.end ?? "" };
  const fault = periodFault(start, end, new Date(), mostDays);
  const { at } = refusals.value;
  const words = fault ? t(`where.period.${fault}`, { most: mostDays ?? 0 }) : undefined;
  const type = (part: { start?: string; end?: string }): void => {
    const now = { start, end, ...part };
    typed.value = { ...now, of: region };
    if (!periodFault(now.start, now.end, new Date(), mostDays)) change(now);
  };
  return (
    <>
      <div class="where-pair">
        <Field label={t("where.start")} error={fault === "start" ? words : wordsOf(at.start)}>
          {(wiring) => (
            <input
              {...wiring}
              type="date"
              value={start}
              onChange={(event) => type({ start: event.currentTarget.value })}
            />
          )}
        </Field>
        <Field label={t("where.end")} error={fault === "start" ? undefined : (words ?? wordsOf(at.end))}>
          {(wiring) => (
            <input
              {...wiring}
              type="date"
              value={end}
              onChange={(event) => type({ end: event.currentTarget.value })}
            />
          )}
        </Field>
      </div>
      {fault && <Button onClick={() => change(usualPeriod(new Date()))}>{t("where.period.usual")}</Button>}
    </>
  );
}

/** What the server says to a field, where it says something. */
const wordsOf = (refusal: string | undefined) => refusal && <ServerWords>{refusal}</ServerWords>;

function change(part: Partial<Region>): void {
  edit((before) => (before.region ? { ...before, region: { ...before.region, ...part } } : before));
}
