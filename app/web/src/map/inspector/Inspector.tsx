import { useEffect, useRef } from "preact/hooks";
import { titleOf } from "../../api/adaptations";
import type { NearLabel, Pixel } from "../../api/pixel";
import { head } from "../../follow/follow";
import { number, percent, t } from "../../i18n/i18n";
import { placeText } from "../../i18n/place";
import type { LonLat } from "../../project/project";
import { activeClass, project, selected } from "../../state";
import { Button, IconButton, ProblemNote, Swatch } from "../../ui/ui";
import { addLabel } from "../labelling";
import { asked, wantedPlace } from "../view";
import { answer, askAgain } from "./asking";
import { Spectrum } from "./Spectrum";
import "../../styles/inspector.css";

/** What is known of the pixel that was asked about. */
export function Inspector() {
  const place = asked.value;
  return place && <Card place={place} />;
}

function Card({ place }: { place: LonLat }) {
  const card = useRef<HTMLElement>(null);
  const name = t("map.pixel.at", { place: placeText(place) });
  // On a small screen the card may lie beneath others, or scrolled to where the last pixel was read.
  useEffect(() => card.current?.scrollTo(0, 0), [place]);
  return (
    <section class="map-card pixel-card" aria-label={t("map.pixel")} ref={card}>
      <header class="pixel-head">
        <h3>{name}</h3>
        <IconButton
          icon="close"
          kind="quiet"
          label={t("map.pixel.close")}
          onClick={() => {
            asked.value = null;
            document.querySelector<HTMLElement>(".map")?.focus({ preventScroll: true });
          }}
        />
      </header>
      <Verdict />
      <LabelIt place={place} />
      {answer.value.state === "known" && <Evidence pixel={answer.value.pixel} />}
    </section>
  );
}

/** What the map has there, or why that is not known. */
function Verdict() {
  const known = answer.value;
  if (known.state === "known" && known.pixel.observed) return <Probabilities pixel={known.pixel} />;
  if (known.state === "refused") return <ProblemNote problem={known.problem} onRetry={askAgain} />;
  const state = known.state === "known" ? "nodata" : known.state;
  return (
    <p class={state === "asking" ? "status map-late" : "status"} role="status">
      {t(`map.pixel.${state}`)}
    </p>
  );
}

function Evidence({ pixel }: { pixel: Pixel }) {
  const isSeen = pixel.spectrum.some((date) => date.reflectance.some((value) => value !== null));
  return (
    <>
      {isSeen && <Spectrum pixel={pixel} />}
      {pixel.nearest_labels.length > 0 && <Nearest pixel={pixel} />}
    </>
  );
}

function Probabilities({ pixel }: { pixel: Pixel }) {
  return (
    <section>
      <h4>{t("map.pixel.classes")}</h4>
      <ol class="pixel-probabilities">
        {pixel.classes.map((entry) => (
          <li key={entry.value}>
            <Swatch color={entry.color} />
            <span class="grow">{entry.title}</span>
            <span class="pixel-probability" aria-hidden="true">
              <span style={{ width: `${100 * entry.probability}%`, backgroundColor: entry.color }} />
            </span>
            <span class="pixel-share">{percent(entry.probability)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}

/** The labels that are most like the pixel, in what the network makes of both. */
function Nearest({ pixel }: { pixel: Pixel }) {
  return (
    <section>
      <h4>{t("map.pixel.nearest")}</h4>
      <ul class="pixel-nearest">
        {pixel.nearest_labels.map((near) => (
          <li key={`${near.label} ${near.lon} ${near.lat}`}>
            <NearButton near={near} pixel={pixel} />
          </li>
        ))}
      </ul>
      <p class="hint">{t("map.pixel.nearest.hint")}</p>
    </section>
  );
}

function NearButton({ near, pixel }: { near: NearLabel; pixel: Pixel }) {
  const of = pixel.classes.find((entry) => entry.name === near.class);
  const label = labelNamed(near.label);
  return (
    <Button
      kind="quiet"
      aria-pressed={label !== null && selected.value.has(label)}
      onClick={() => {
        if (label) selected.value = new Set([label]);
        wantedPlace.value = [near.lon, near.lat];
      }}
    >
      {of && <Swatch color={of.color} />}
      {t("map.pixel.nearest.go", {
        name: titleOf(near.class),
        distance: number(near.distance, 2),
      })}
    </Button>
  );
}

/** The page's name of a label of the server. */
function labelNamed(server: number): string | null {
  for (const [id, known] of head.value?.known ?? []) if (known.server === server) return id;
  return null;
}

function LabelIt({ place }: { place: LonLat }) {
  const of = project.value.classes.find((entry) => entry.id === activeClass.value);
  const known = answer.value;
  // The server takes no label where it has no imagery.
  const isVain = known.state === "outside" || (known.state === "known" && !known.pixel.observed);
  if (!of || isVain) return null;
  return (
    <Button onClick={() => addLabel({ type: "Point", coordinates: place })}>
      <Swatch color={of.color} /> {t("map.pixel.label", { name: titleOf(of.name) })}
    </Button>
  );
}
