"""Soils, sand, rock and salt: parametric spectra and their darkening by water.

Shapes follow what is common knowledge of soil spectroscopy (Baumgardner et al. 1985; Ben-Dor 2002):
reflectance saturates
with wavelength, iron oxides absorb around 480 and 870 nm, water at 1400 and 1900, clay at 2200, carbonate
at 2340 nm, and
organic carbon flattens the visible rise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geodata.simulation.spectra import WAVELENGTHS_NM, Floats, bump
from geodata.simulation.water import WATER_ABSORPTION


@dataclass(frozen=True, slots=True)
class SoilMinerals:
    """What a soil is made of; every member has shape (...,) and lies in 0..1, from little to much."""

    brightness: Floats
    steepness: Floats
    """How soon reflectance saturates: low is steep up to the shortwave infrared, high is grey."""
    iron: Floats
    clay: Floats
    carbonate: Floats
    organic: Floats


def soil_reflectance(minerals: SoilMinerals, moisture: Floats) -> Floats:
    """Reflectance of a bare soil.

    Args:
        minerals: composition, each (...,).
        moisture: (...,) 0 (air-dry) to 1 (saturated).

    Returns:
        (..., 211) in 0..1.
    """
    bright, steep, iron, clay, carbonate, organic, wet = (
        np.asarray(v, dtype=np.float64)[..., None]
        for v in (
            minerals.brightness, minerals.steepness, minerals.iron, minerals.clay,
            minerals.carbonate, minerals.organic, moisture,
        )
    )  # fmt: skip
    plateau = 0.16 + 0.50 * bright
    length = 700.0 - 480.0 * steep + 500.0 * organic  # nm over which reflectance saturates
    rise = np.log1p(-np.exp(-(WAVELENGTHS_NM - 290.0) / length))
    features = (
        iron
        * (
            0.85 * bump(470.0, 75.0)
            + 0.25 * bump(540.0, 40.0)
            + 0.28 * bump(880.0, 80.0)
            + 0.12 * bump(660.0, 25.0)
        )
        + 0.5 * organic * bump(650.0, 220.0)
        + (0.03 + 0.08 * clay) * bump(1415.0, 25.0)
        + (0.08 + 0.2 * clay) * bump(1920.0, 45.0)
        + (0.02 + 0.16 * clay) * bump(2205.0, 28.0)
        + 0.14 * carbonate * bump(2340.0, 35.0)
        + 0.12 * bump(2500.0, 150.0)
    )
    dry = np.log(plateau) + rise - features - 0.5 * organic
    return np.asarray(np.exp(dry - water_darkening(wet)))


def water_darkening(moisture: Floats) -> Floats:
    """How much water lowers the log of reflectance: index match at all wavelengths, absorption by the film.

    Args:
        moisture: (..., 1) 0..1.

    Returns:
        (..., 211), zero where dry.
    """
    film_m = 2.2e-4 * moisture  # path of about 0.2 mm when saturated
    return np.asarray(0.75 * moisture + np.minimum(film_m * WATER_ABSORPTION, 2.2))


def salt_reflectance(brightness: Floats, dirt: Floats, moisture: Floats) -> Floats:
    """Reflectance of salt crusts and dry mud flats, (..., 211); arguments (...,) in 0..1."""
    bright, mud, wet = (np.asarray(v, dtype=np.float64)[..., None] for v in (brightness, dirt, moisture))
    crust = 0.45 + 0.45 * bright
    blue = 0.2 * np.exp(-(WAVELENGTHS_NM - 400.0) / 150.0)
    features = (
        0.12 * bump(1450.0, 50.0)
        + 0.4 * bump(1945.0, 60.0)
        + 0.3 * bump(2450.0, 180.0)
        + 0.1 * bump(1200.0, 50.0)
    )
    grey = mud * (0.5 + 0.5 * np.exp(-(WAVELENGTHS_NM - 400.0) / 500.0))
    return np.asarray(np.exp(np.log(crust) - blue - features - grey - 0.8 * water_darkening(wet)))


def rock_reflectance(brightness: Floats, slope: Floats, iron: Floats, carbonate: Floats) -> Floats:
    """Reflectance of bare rock and scree, (..., 211); arguments (...,) in 0..1."""
    bright, tilt, red, lime = (
        np.asarray(v, dtype=np.float64)[..., None] for v in (brightness, slope, iron, carbonate)
    )
    level = np.log(0.08 + 0.34 * bright)
    rise = (0.1 + 0.5 * tilt) * (1.0 - np.exp(-(WAVELENGTHS_NM - 400.0) / 300.0)) - 0.25 * tilt
    features = red * (0.5 * bump(450.0, 90.0) + 0.2 * bump(900.0, 110.0)) + lime * 0.18 * bump(2340.0, 45.0)
    features = features + 0.12 * bump(1930.0, 60.0) + (1.0 - tilt) * 0.1 * bump(1050.0, 180.0)
    return np.asarray(np.exp(level + rise - features))
