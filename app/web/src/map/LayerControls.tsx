import { useId } from "preact/hooks";
import type { LayerInfo } from "../api/types";
import { version } from "../follow/follow";
import { type Key, percent, t } from "../i18n/i18n";
import { imagery } from "../state";
import { Field } from "../ui/ui";
import { isBackdropMissing } from "./backdrop";
import { Legend, RampLegend } from "./Legend";
import { shownBeneath } from "./pictureLayers";
import { beneath, layer, opacity, swipe } from "./view";

/** What is on top and beneath, how much of each is seen, and what the colours mean: on the map and beside it. */
export function LayerControls() {
  const isMapped = version.value !== null;
  return (
    <div class="map-layer-controls">
      {isMapped && <OnTop />}
      <Legend />
      {isMapped && <Opacity />}
      <Beneath />
      {isMapped && <SwipeSwitch />}
      {isBackdropMissing.value && <p class="hint">{t("map.backdrop.missing")}</p>}
    </div>
  );
}

function OnTop() {
  const group = useId();
  return (
    <fieldset class="map-choices">
      <legend>{t("map.layers.top")}</legend>
      {(["classes", "confidence"] as const).map((name) => (
        <label key={name}>
          <input
            type="radio"
            name={group}
            checked={layer.value === name}
            onChange={() => {
              layer.value = name;
            }}
          />
          {t(`map.layers.${name}`)}
        </label>
      ))}
    </fieldset>
  );
}

function Opacity() {
  return (
    <Field label={t("map.layers.opacity")}>
      {(wiring) => (
        <div class="map-with-value">
          <input
            {...wiring}
            type="range"
            min={0}
            max={100}
            step={5}
            value={opacity.value}
            aria-valuetext={percent(opacity.value / 100)}
            onInput={(event) => {
              opacity.value = event.currentTarget.valueAsNumber;
            }}
          />
          <span aria-hidden="true">{percent(opacity.value / 100)}</span>
        </div>
      )}
    </Field>
  );
}

function Beneath() {
  const layers = imagery.value?.layers ?? [];
  const shown = layers.find((entry) => entry.id === shownBeneath.value);
  if (layers.length === 0) return null;
  return (
    <>
      <Field label={t("map.layers.beneath")}>
        {(wiring) => (
          <select
            {...wiring}
            value={shownBeneath.value}
            onChange={(event) => {
              beneath.value = event.currentTarget.value;
            }}
          >
            {layers.map((entry) => (
              <option key={entry.id} value={entry.id}>
                {titleOfLayer(entry)}
              </option>
            ))}
          </select>
        )}
      </Field>
      {shown?.ramp && <RampLegend ramp={shown.ramp} label={titleOfLayer(shown)} />}
    </>
  );
}

function SwipeSwitch() {
  return (
    <label class="map-check">
      <input
        type="checkbox"
        checked={swipe.value !== null}
        onChange={(event) => {
          swipe.value = event.currentTarget.checked ? 50 : null;
        }}
      />
      {t("map.layers.swipe")}
    </label>
  );
}

const KNOWN = new Set(["true-color", "false-color", "ndvi", "ndwi", "ndbi", "nbr"]);

/** In the page's language; of a layer that the page does not know, as the server calls it. */
function titleOfLayer({ id, title }: LayerInfo): string {
  return KNOWN.has(id) ? t(`map.layer.${id}` as Key) : title;
}
