import { signal } from "@preact/signals";
import { useId, useState } from "preact/hooks";
import type { ClassSpectrum, Pixel } from "../../api/pixel";
import { number, t } from "../../i18n/i18n";
import { Swatch } from "../../ui/ui";
import { firstSeen, nameOfDate } from "./dates";
import { SpectrumPlot } from "./SpectrumPlot";

/** Names of the classes that are compared with; null: the two that are most probable. */
const compared = signal<ReadonlySet<string> | null>(null);

/** The spectrum of a pixel beside those of classes: as a plot, and as a table for those who do not see it. */
export function Spectrum({ pixel }: { pixel: Pixel }) {
  const [chosen, choose] = useState<number | null>(null);
  const date = chosen !== null && chosen < pixel.spectrum.length ? chosen : firstSeen(pixel.spectrum);
  const probable = pixel.classes.filter((entry) => entry.probability > 0).map((entry) => entry.name);
  const names = compared.value ?? new Set(probable.slice(0, 2));
  const classes = pixel.class_spectra.filter((entry) => names.has(entry.name));
  const reflectance = pixel.spectrum[date]?.reflectance ?? [];
  const toggle = (name: string): void => {
    const next = new Set(names);
    if (!next.delete(name)) next.add(name);
    compared.value = next;
  };
  return (
    <section>
      <h4>{t("map.pixel.spectrum")}</h4>
      {pixel.spectrum.length > 1 && <DateChoice pixel={pixel} date={date} choose={choose} />}
      <SpectrumPlot bands={pixel.bands} reflectance={reflectance} classes={classes} date={date} />
      <fieldset class="map-choices pixel-compared">
        <legend>{t("map.pixel.compare")}</legend>
        {pixel.class_spectra.map((entry) => (
          <label key={entry.value}>
            <input type="checkbox" checked={names.has(entry.name)} onChange={() => toggle(entry.name)} />
            <Swatch color={entry.color} />
            {entry.title}
          </label>
        ))}
      </fieldset>
      <p class="hint">{t("map.pixel.spectrum.band")}</p>
      <details>
        <summary>{t("map.pixel.table")}</summary>
        <Table pixel={pixel} classes={classes} date={date} />
      </details>
    </section>
  );
}

function DateChoice({ pixel, date, choose }: { pixel: Pixel; date: number; choose: (date: number) => void }) {
  const id = useId();
  return (
    <p class="row">
      <label for={id}>{t("map.pixel.date")}</label>
      <select
        id={id}
        class="grow"
        value={date}
        onChange={(event) => choose(Number(event.currentTarget.value))}
      >
        {pixel.spectrum.map((entry, index) => (
          <option key={`${index} ${entry.date}`} value={index}>
            {nameOfDate(entry, index)}
          </option>
        ))}
      </select>
    </p>
  );
}

function Table({ pixel, classes, date }: { pixel: Pixel; classes: readonly ClassSpectrum[]; date: number }) {
  const shown = (value: number | null | undefined): string =>
    value === null || value === undefined ? t("map.pixel.missing") : number(value, 3);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what can be scrolled is scrolled with keys as well
    <section class="pixel-scrolled" aria-label={t("map.pixel.table")} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t("map.pixel.band")}</th>
            <th scope="col">{t("map.pixel.wavelength")}</th>
            <th scope="col">{t("map.pixel.this")}</th>
            {classes.map((entry) => (
              <th scope="col" key={entry.value}>
                {entry.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {pixel.bands.map((band, index) => (
            <tr key={band.name}>
              <th scope="row">{band.name}</th>
              <td>{number(band.wavelength_nm)}</td>
              <td>{shown(pixel.spectrum[date]?.reflectance[index])}</td>
              {classes.map((entry) => (
                <td key={entry.value}>{shown(entry.dates[date]?.median[index])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
