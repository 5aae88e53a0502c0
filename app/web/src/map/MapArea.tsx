import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../i18n/i18n";
import { starting } from "../shell/starting";
import { server } from "../state";
import { announcement } from "./announce";
import { ClassStrip } from "./ClassStrip";
import { startDrawing } from "./drawing";
import { pace } from "./going";
import { startAsking } from "./inspector/asking";
import { Inspector } from "./inspector/Inspector";
import { KeyHelp } from "./KeyHelp";
import { startMapKeys } from "./keyboard";
import { LayersCard } from "./LayersCard";
import { type MapParts, startMap } from "./map";
import { Swipe } from "./Swipe";
import { keepInSight } from "./sight";
import { Toolbar } from "./Toolbar";
import { isDrawing } from "./view";
import "../styles/map.css";
import "../styles/layers.css";

/** The map, and what lies on it. */
export function MapArea() {
  const target = useRef<HTMLDivElement>(null);
  const shown = useRef<MapParts | null>(null);
  const areKeysShown = useSignal(false);
  const how = useId();
  useEffect(() => {
    if (!target.current) return;
    const { parts, stop } = startMap(target.current);
    const drawing = startDrawing(parts);
    const ends = [startMapKeys(parts, drawing), startAsking(), keepInSight(parts), drawing.stop, stop];
    shown.current = parts;
    return () => {
      for (const end of ends) end();
    };
  }, []);
  const zoom = (by: number): void => shown.current?.map.getView().animate(zoomed(shown.current, by));
  return (
    <section class="map-side" aria-label={t("shell.map")}>
      <div
        class="map"
        ref={target}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the map is moved with the arrow keys
        tabIndex={0}
        role="application"
        aria-label={t("shell.map")}
        aria-describedby={how}
      />
      <div class="map-crosshair" aria-hidden="true" />
      <p class="visually-hidden" id={how}>
        {t("map.how")}
      </p>
      {starting.value === "ready" && (
        <>
          <Swipe />
          <div class="map-over">
            <div class="map-corner">
              <Toolbar
                onZoom={zoom}
                onKeys={() => {
                  areKeysShown.value = true;
                }}
              />
              <ClassStrip />
            </div>
            <div class="map-corner end">
              <LayersCard />
              <Inspector />
            </div>
          </div>
        </>
      )}
      {isDrawing.value && <progress class="map-progress" aria-label={t("map.drawing")} />}
      <Credit />
      <Said />
      {areKeysShown.value && (
        <KeyHelp
          onClose={() => {
            areKeysShown.value = false;
          }}
        />
      )}
    </section>
  );
}

function zoomed({ map }: MapParts, by: number) {
  return { zoom: Math.round((map.getView().getZoom() ?? 0) + by), duration: pace(200) };
}

/** Whose map lies beneath, as its terms want it said. */
function Credit() {
  const credit = server.value?.backdrop?.attribution;
  return credit ? <p class="map-credit">{t("map.backdrop.credit", { name: credit })}</p> : null;
}

/** What was done, for those who do not see it; what stands in the way, for all. */
function Said() {
  const said = announcement.value;
  return (
    <div class={said?.isShown ? "map-advice" : "visually-hidden"} role="status">
      {said && <p key={said.number}>{said.text}</p>}
    </div>
  );
}
