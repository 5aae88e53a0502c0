import type { ClassSpectrum, Reflectance } from "../../api/pixel";
import type { Band } from "../../api/types";
import { number, t } from "../../i18n/i18n";
import { bandPath, linePath, reach, type Scale, scale, ticks } from "./scales";

const WIDTH = 320;
const HEIGHT = 200;
const LEFT = 40;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 38;

/** The spectrum of a pixel over those of some classes, on one date. */
export function SpectrumPlot({
  bands,
  reflectance,
  classes,
  date,
}: {
  bands: readonly Band[];
  reflectance: readonly Reflectance[];
  classes: readonly ClassSpectrum[];
  date: number;
}) {
  const wavelengths = bands.map((band) => band.wavelength_nm);
  const shown = classes.flatMap((entry) => {
    const of = entry.dates[date];
    return of ? [{ entry, of }] : [];
  });
  const x = scale([Math.min(...wavelengths), Math.max(...wavelengths)], [LEFT + 6, WIDTH - RIGHT - 6]);
  const y = scale(reach([...reflectance, ...shown.flatMap(({ of }) => [...of.low, ...of.high])]), [
    HEIGHT - BOTTOM,
    TOP,
  ]);
  // Bands stand in their own order in the imagery; lines go from short waves to long ones.
  const order = wavelengths
    .map((_, index) => index)
    .toSorted((a, b) => (wavelengths[a] ?? 0) - (wavelengths[b] ?? 0));
  const points = (values: readonly Reflectance[]): (readonly [number, number] | null)[] =>
    order.map((index) => {
      const value = values[index];
      return value === null || value === undefined ? null : [x.at(wavelengths[index] ?? 0), y.at(value)];
    });
  const names = shown.map(({ entry }) => entry.title).join(", ");
  return (
    <svg
      class="pixel-spectrum"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={names ? t("map.pixel.spectrum.of", { names }) : t("map.pixel.spectrum.alone")}
    >
      <Axes x={x} y={y} />
      {shown.map(({ entry, of }) => (
        <path
          key={entry.value}
          class="pixel-band"
          d={bandPath(points(of.high), points(of.low))}
          fill={entry.color}
        />
      ))}
      {shown.map(({ entry, of }) => (
        <g key={entry.value}>
          <path class="pixel-edge" d={linePath(points(of.median))} />
          <path class="pixel-class" d={linePath(points(of.median))} stroke={entry.color} />
        </g>
      ))}
      <path class="pixel-own" d={linePath(points(reflectance))} />
      {points(reflectance).map(
        (point) => point && <circle key={`${point}`} class="pixel-dot" cx={point[0]} cy={point[1]} r={3} />,
      )}
    </svg>
  );
}

function Axes({ x, y }: { x: Scale; y: Scale }) {
  const below = HEIGHT - BOTTOM;
  return (
    <g class="pixel-axes">
      {ticks(y.low, y.high, 4).map((value) => (
        <g key={value}>
          <line x1={LEFT} x2={WIDTH - RIGHT} y1={y.at(value)} y2={y.at(value)} />
          <text x={LEFT - 4} y={y.at(value) + 4} text-anchor="end">
            {number(value, 2)}
          </text>
        </g>
      ))}
      {ticks(x.low, x.high, 5).map((value) => (
        <g key={value}>
          <line x1={x.at(value)} x2={x.at(value)} y1={below} y2={below + 4} />
          <text x={x.at(value)} y={below + 16} text-anchor="middle">
            {number(value)}
          </text>
        </g>
      ))}
      <text x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 5} text-anchor="middle">
        {t("map.pixel.wavelength")}
      </text>
      <text
        x={12}
        y={(TOP + below) / 2}
        text-anchor="middle"
        transform={`rotate(-90 12 ${(TOP + below) / 2})`}
      >
        {t("map.pixel.reflectance")}
      </text>
    </g>
  );
}
