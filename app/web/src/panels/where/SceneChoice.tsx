import { titleOf } from "../../api/adaptations";
import type { Imagery } from "../../api/types";
import { date, t } from "../../i18n/i18n";
import { wantedBox } from "../../map/view";
import { isCatalogue, pixelMetres, regionOf } from "../../project/regions";
import { edit, imageries, project } from "../../state";
import { ServerWords } from "../../ui/ServerWords";
import { Period } from "./Period";
import { refusals } from "./planning";

/** The imagery that the server has, one of it chosen; of a catalogue also the period. */
export function SceneChoice() {
  const offered = imageries.value ?? [];
  const chosen = project.value.region?.imagery;
  const refusal = refusals.value.at.imagery;
  if (offered.length === 0) return <p class="muted">{t("where.imagery.none")}</p>;
  return (
    <>
      <fieldset class="where-part">
        <legend>{t("where.imagery")}</legend>
        {offered.map((entry) => (
          <Scene key={entry.name} entry={entry} isChosen={entry.name === chosen} />
        ))}
      </fieldset>
      {refusal && (
        <p class="error" role="alert">
          <ServerWords>{refusal}</ServerWords>
        </p>
      )}
      <Period />
    </>
  );
}

function Scene({ entry, isChosen }: { entry: Imagery; isChosen: boolean }) {
  const choose = (): void => {
    const region = regionOf(entry, project.value.region, new Date());
    edit((before) => ({ ...before, region }));
    wantedBox.value = region.bbox ?? entry.bbox ?? null;
  };
  return (
    <label class="scene">
      <input type="radio" name="imagery" checked={isChosen} onChange={choose} />
      <span class="grow">
        <span class="scene-title">
          {entry.title ?? entry.name}
          {entry.example && <span class="scene-badge">{t("where.imagery.example")}</span>}
        </span>
        <span class="muted">{factsOf(entry).join(" · ")}</span>
      </span>
    </label>
  );
}

function factsOf(entry: Imagery): string[] {
  const metres = pixelMetres(entry.resolution);
  const sensor = entry.sensor ?? (entry.platforms?.length ? entry.platforms : entry.collections)?.join(", ");
  return [
    kindOf(entry),
    sensor ? titleOf(sensor) : "",
    entry.date ? date(`${entry.date.slice(0, 10)}T12:00`) : "",
    (entry.dates ?? 1) > 1 ? t("where.imagery.dates", { count: entry.dates ?? 1 }) : "",
    metres ? t("where.imagery.resolution", { metres: Number(metres.toPrecision(2)) }) : "",
  ].filter(Boolean);
}

function kindOf(entry: Imagery): string {
  if (isCatalogue(entry)) return t("where.imagery.catalogue");
  return t(entry.kind === "simulated" ? "where.imagery.simulated" : "where.imagery.image");
}
