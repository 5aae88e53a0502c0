import { titleOf } from "../api/adaptations";
import { version } from "../follow/follow";
import { number, percent, t } from "../i18n/i18n";
import { project } from "../state";
import { Swatch } from "../ui/ui";
import { CONFIDENCE, gradientOf, type Ramp, ticksOf } from "./ramp";
import { layer } from "./view";

/** What the colours of the map mean. */
export function Legend() {
  if (layer.value === "confidence" && version.value) {
    return (
      <RampLegend
        ramp={CONFIDENCE}
        label={t("map.layers.confidence")}
        show={(value) => percent(value / 100)}
      />
    );
  }
  const { classes } = project.value;
  if (classes.length === 0) return <p class="hint">{t("map.layers.noLegend")}</p>;
  return (
    <ul class="map-legend" aria-label={t("map.layers.legend")}>
      {classes.map((entry) => (
        <li key={entry.id}>
          <Swatch color={entry.color} /> {titleOf(entry.name)}
        </li>
      ))}
    </ul>
  );
}

export function RampLegend({
  ramp,
  label,
  show = (value) => number(value, 2),
}: {
  ramp: Ramp;
  label: string;
  show?: (value: number) => string;
}) {
  const ticks = ticksOf(ramp);
  const [low = "", high = ""] = [ticks[0], ticks.at(-1)].map((tick) => show(tick?.value ?? 0));
  return (
    <div class="map-ramp" role="img" aria-label={t("map.layers.ramp", { name: label, low, high })}>
      <div class="map-ramp-colors" style={{ background: gradientOf(ramp) }} />
      <div class="map-ramp-ticks">
        {ticks.map(({ value, share }) => (
          <span key={value} style={{ insetInlineStart: `${share}%` }}>
            {show(value)}
          </span>
        ))}
      </div>
    </div>
  );
}
