"""Computes the vegetation library: `python -m geodata.simulation.build_library --output FILE --seed 0`.

PROSAIL (the `prosail` package) is GPL-3; it is an optional extra (`pip install landshot[spectra]`) and
imported here only.
The service reads the numbers that this program wrote.
"""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

from geodata.simulation.library import LAI_LADDER, PARAMETERS, write_library
from geodata.simulation.spectra import WAVELENGTHS_NM, Floats

SOIL_LEVELS = (0.0, 0.2, 0.5)
"""Three flat soils from which the coupling of canopy and soil is solved."""


def draw_plants(rng: np.random.Generator, count: int) -> Floats:
    """Leaf and canopy parameters of `count` plants, (count, len(PARAMETERS)), in the order of `PARAMETERS`.

    Six in ten are green, a quarter senescent, the rest dead: a uniform draw would hardly hold straw or
    autumn leaves.
    """
    state = rng.choice(3, count, p=(0.62, 0.23, 0.15))

    def between(*ranges: tuple[float, float]) -> Floats:
        low, high = np.asarray(ranges)[state].T
        return np.asarray(rng.uniform(low, high))

    cab = between((15.0, 90.0), (8.0, 45.0), (5.0, 12.0))
    plants = {
        "n": between((1.1, 2.4), (1.3, 2.5), (1.6, 2.8)),
        "cab": cab,
        "car": cab * rng.uniform(0.15, 0.30, count) + between((0.0, 2.0), (2.0, 8.0), (1.0, 5.0)),
        "ant": between((0.0, 2.5), (0.0, 8.0), (0.0, 4.0)) * rng.uniform(0.0, 1.0, count),
        "cbrown": between((0.0, 0.12), (0.1, 0.7), (0.5, 1.2)),
        "cw": np.exp(between((-5.3, -3.3), (-6.0, -4.2), (-7.6, -5.8))),
        "cm": np.exp(between((-6.0, -4.0), (-5.6, -4.0), (-5.4, -3.9))),
        "angle": rng.uniform(25.0, 80.0, count),
        "hotspot": np.exp(rng.uniform(-4.5, -1.2, count)),
        "sun": rng.uniform(20.0, 70.0, count),
        "density": np.exp(rng.uniform(-0.25, 0.28, count)),
    }
    return np.stack([plants[name] for name in PARAMETERS], axis=1)


def canopy_coefficients(plant: dict[str, float], lai: float, view: float, azimuth: float) -> Floats:
    """(3, 211) a, b, c of R(soil) = a + b soil / (1 - c soil), from PROSAIL over three flat soils.

    Four-stream SAIL has this form but for the sunlit soil seen in the hot spot, a term linear in the soil,
    which the
    solution takes up with an error below 0.002.
    """
    import prosail  # noqa: PLC0415  GPL-3, an optional extra: nothing else may need it

    leaf = {name: plant[name] for name in ("n", "cab", "car", "cbrown", "cw", "cm", "ant")}
    spectra = [
        np.asarray(
            prosail.run_prosail(
                **leaf,
                hspot=plant["hotspot"],
                lai=lai,
                lidfa=plant["angle"],
                tts=plant["sun"],
                tto=view,
                psi=azimuth,
                prospect_version="D",
                typelidf=2,
                rsoil0=np.full(2101, level),
            )
        )
        for level in SOIL_LEVELS
    ]
    at = (WAVELENGTHS_NM - 400.0).astype(np.intp)
    black, grey, bright = (spectrum[at] for spectrum in spectra)
    gain1, gain2 = (grey - black) / SOIL_LEVELS[1], (bright - black) / SOIL_LEVELS[2]  # b / (1 - c s)
    c = (gain2 - gain1) / np.maximum(gain2 * SOIL_LEVELS[2] - gain1 * SOIL_LEVELS[1], 1e-12)
    c = np.clip(c, 0.0, 0.95)
    return np.stack([black, gain1 * (1.0 - c * SOIL_LEVELS[1]), c])


def build(seed: int, count: int) -> tuple[Floats, Floats]:
    """Draws plants and runs PROSAIL at each leaf area of the ladder.

    Returns:
        parameters (count, P) and coefficients (count, L, 3, 211).
    """
    rng = np.random.default_rng(seed)
    plants = draw_plants(rng, count)
    view, azimuth = rng.uniform(0.0, 12.0, count), rng.uniform(0.0, 180.0, count)
    coefficients = np.empty((count, len(LAI_LADDER), 3, WAVELENGTHS_NM.size))
    for i, values in enumerate(plants):
        plant = dict(zip(PARAMETERS, values.tolist(), strict=True))
        for j, lai in enumerate(LAI_LADDER):
            coefficients[i, j] = canopy_coefficients(plant, lai * plant["density"], view[i], azimuth[i])
    return plants, coefficients


@click.command()
@click.option(
    "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help="File to write (.npz)."
)
@click.option("--seed", default=0, show_default=True, help="Seed of the draws.")
@click.option(
    "--count", default=560, show_default=True, help="Plants; each is computed at five leaf area indices."
)
def main(output: Path, seed: int, count: int) -> None:
    """Compute the vegetation library and write it."""
    plants, coefficients = build(seed, count)
    error = write_library(output, plants, coefficients)
    click.echo(
        f"{output}: {len(plants)} plants, {output.stat().st_size / 1000:.0f} kB, "
        f"99.9 % of errors below {error:.4f}"
    )


if __name__ == "__main__":
    main()
