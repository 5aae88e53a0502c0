"""Materials as ladders: many kinds of each, every kind at five steps along the axis on which it varies most.

The axis is leaf area for plants, moisture for soils, depth for shallow water, load for open water,
brightness for roofs,
grain size for snow. A region picks kinds near its own composition; pixels move along the ladder.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from geodata.simulation import soils, surfaces, water
from geodata.simulation.library import vegetation
from geodata.simulation.spectra import WAVELENGTHS_NM, Floats

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

STEPS = 5
"""Rungs of every ladder."""

_LADDER = np.linspace(0.0, 1.0, STEPS)


@dataclass(frozen=True, slots=True)
class Material:
    """A bank of kinds of one material."""

    parameters: tuple[str, ...]
    composition: NDArray[np.float32]
    """(N, len(parameters)) each in 0..1."""
    spectra: NDArray[np.float32]
    """(N, STEPS, C, 211): C = 1 for reflectance, C = 3 for a, b, c of a canopy over a soil."""


@dataclass(frozen=True, slots=True)
class _Recipe:
    parameters: tuple[str, ...]
    spectra: Callable[[Floats, Floats], Floats]
    """(N, P, 1) composition and (STEPS,) ladder -> (N, STEPS, 211)."""
    count: int = 160


def _soil(p: Floats, ladder: Floats, low: float = 0.0, organic: float = 1.0) -> Floats:
    wet = np.broadcast_to(ladder, (p.shape[0], STEPS))
    bright = low + (1.0 - low) * p[:, 0]
    minerals = soils.SoilMinerals(bright, p[:, 1], p[:, 2], p[:, 3], p[:, 4], organic * p[:, 5])
    return soils.soil_reflectance(minerals, wet)


def _salt(p: Floats, ladder: Floats) -> Floats:
    return soils.salt_reflectance(p[:, 0], p[:, 1], np.broadcast_to(ladder, (p.shape[0], STEPS)))


def _rock(p: Floats, ladder: Floats) -> Floats:
    bright = np.clip(0.6 * p[:, 0] + 0.4 * ladder, 0.0, 1.0)
    return soils.rock_reflectance(bright, p[:, 1], p[:, 2], p[:, 3])


def _optics(p: Floats, load: Floats) -> tuple[Floats, Floats]:
    """Optics of water of a composition (`_WATER`, 0..1 on logarithmic scales) times a load."""
    chlorophyll = 0.1 * 1000.0 ** p[:, 0] * load  # 0.1..100 mg/m3
    sediment = 0.1 * 2500.0 ** p[:, 1] * load  # 0.1..250 g/m3
    cdom = 0.01 * 500.0 ** p[:, 2] * np.ones_like(load)  # 0.01..5 1/m
    return water.inherent_optics(chlorophyll, sediment, cdom, 1.3 * p[:, 3] + 0 * load, p[:, 4] + 0 * load)


def _water(p: Floats, ladder: Floats) -> Floats:
    absorption, backscatter = _optics(p, np.broadcast_to(0.35 * 8.0**ladder, (p.shape[0], STEPS)))
    bottom = np.zeros(WAVELENGTHS_NM.size)
    return water.water_reflectance(absorption, backscatter, np.full((p.shape[0], STEPS), 1e3), bottom)


def _shallow(kind: int) -> Callable[[Floats, Floats], Floats]:
    def spectra(p: Floats, ladder: Floats) -> Floats:
        depth = np.broadcast_to(
            0.02 + 14.0 * ladder**2.2, (p.shape[0], STEPS)
        )  # 0.02..14 m, finer where shallow
        absorption, backscatter = _optics(p, np.ones((p.shape[0], STEPS)))
        bottom = water.bottom_albedo(kind, p[:, 5], p[:, 6])
        return water.water_reflectance(absorption, backscatter, depth, bottom)

    return spectra


def _built(kind: int) -> Callable[[Floats, Floats], Floats]:
    def spectra(p: Floats, ladder: Floats) -> Floats:
        bright = np.clip(0.35 * p[:, 0] + 0.65 * ladder, 0.0, 1.0)
        return surfaces.built_reflectance(kind, bright, p[:, 1], p[:, 2])

    return spectra


def _foam(p: Floats, ladder: Floats) -> Floats:
    return water.foam_reflectance(np.clip(0.3 * p[:, 0] + 0.7 * ladder, 0.0, 1.0), p[:, 1])


def _snow(p: Floats, ladder: Floats) -> Floats:
    grain = 0.08 * 60.0**ladder * np.ones_like(p[:, 0])  # 0.08..5 mm
    return surfaces.snow_reflectance(grain, p[:, 0] ** 2 + 0 * grain)


def _burnt(p: Floats, ladder: Floats) -> Floats:
    return surfaces.burnt_reflectance(np.broadcast_to(ladder, (p.shape[0], STEPS)), p[:, 0])


def _litter(p: Floats, ladder: Floats) -> Floats:
    bright = np.clip(0.4 * p[:, 0] + 0.6 * ladder, 0.0, 1.0)
    return surfaces.litter_reflectance(bright, p[:, 1], p[:, 2])


_SOIL = ("brightness", "steepness", "iron", "clay", "carbonate", "organic")
_WATER = ("chlorophyll", "sediment", "cdom", "slope", "iron")
_RECIPES: dict[str, _Recipe] = {
    "soil": _Recipe(_SOIL, _soil, 400),
    "sand": _Recipe(_SOIL, lambda p, ladder: _soil(p, ladder, low=0.55, organic=0.15)),
    "salt": _Recipe(("brightness", "dirt"), _salt, 80),
    "rock": _Recipe(("brightness", "slope", "iron", "carbonate"), _rock),
    "water": _Recipe(_WATER, _water, 400),
    "foam": _Recipe(("density", "thickness"), _foam, 40),
    "snow": _Recipe(("dirt",), _snow, 40),
    "burnt": _Recipe(("slope",), _burnt, 40),
    "litter": _Recipe(("brightness", "brownness", "cellulose"), _litter),
    **{
        f"{name} floor": _Recipe((*_WATER, "brightness", "greenness"), _shallow(i))
        for i, name in enumerate(water.BOTTOMS)
    },
    **{name: _Recipe(("brightness", "tint", "age"), _built(i), 80) for i, name in enumerate(surfaces.BUILT)},
}
MATERIALS = ("plant", *_RECIPES)
"""Names that `material` knows."""


@cache
def material(name: str) -> Material:
    """The bank of one material, computed once; always the same numbers.

    Raises:
        KeyError: no such material; `MATERIALS` lists them.
    """
    if name == "plant":
        return _plants()
    recipe = _RECIPES[name]
    rng = np.random.default_rng(MATERIALS.index(name))
    composition = rng.uniform(size=(recipe.count, len(recipe.parameters)))
    spectra = recipe.spectra(composition[:, :, None], _LADDER)
    return Material(recipe.parameters, composition.astype(np.float32), spectra[:, :, None].astype(np.float32))


_PLANT = ("n", "cab", "car", "ant", "cbrown", "cw", "cm", "angle", "hotspot", "sun")


def _plants() -> Material:
    library = vegetation()
    low = np.array([1.1, 5.0, 0.0, 0.0, 0.0, np.log(5e-4), np.log(2e-3), 25.0, np.log(0.01), 20.0])
    high = np.array([2.8, 90.0, 30.0, 8.0, 1.2, np.log(0.04), np.log(0.02), 80.0, np.log(0.3), 70.0])
    raw = library.parameters[:, : len(_PLANT)].astype(np.float64)
    for i in (5, 6, 8):  # water, dry matter, hot spot: logarithmic
        raw[:, i] = np.log(raw[:, i])
    scaled = (raw - low) / (high - low)
    spectra = np.stack([library.a, library.b, library.c], axis=2)  # (N, L, 3, 211)
    return Material(_PLANT, np.clip(scaled, 0.0, 1.0).astype(np.float32), spectra)
