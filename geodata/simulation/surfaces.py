"""Built-up surfaces, snow and ice, char, litter: parametric spectra with features that bands see."""

from __future__ import annotations

import numpy as np

from geodata.simulation.spectra import WAVELENGTHS_NM, Floats, bump, edge, table

_NM = WAVELENGTHS_NM
_ICE = (
    (400, 0.006), (450, 0.008), (500, 0.02), (550, 0.055), (600, 0.13), (650, 0.24), (700, 0.52), (750,
        0.95), (800, 2.1),
    (850, 3.3), (900, 5.9), (950, 8.0), (1000, 22.0), (1030, 28.0), (1100, 19.0), (1200, 95.0), (1270, 140.0),
    (1330, 125.0), (1400, 190.0), (1450, 900.0), (1500, 4600.0), (1550, 3500.0), (1600, 2300.0), (1650,
        1700.0),
    (1700, 1150.0), (1800, 770.0), (1850, 700.0), (1900, 1900.0), (2000, 10000.0), (2100, 4800.0), (2200,
        1700.0),
    (2250, 1200.0), (2300, 1400.0), (2400, 2600.0), (2500, 3700.0),
)  # fmt: skip
ICE_ABSORPTION: Floats = table(_ICE)
"""(211,) absorption of ice, 1/m, after Warren and Brandt (2008), rounded; raised in the blue."""

BUILT = ("asphalt", "concrete", "tile", "metal", "white", "slate", "colour")
"""Kinds of built-up surface, in the order of `built_reflectance`'s `kind`."""


def built_reflectance(kind: int, brightness: Floats, tint: Floats, age: Floats) -> Floats:
    """Reflectance of roofs and pavements, (..., 211).

    Args:
        kind: index into `BUILT`.
        brightness: (...,) 0..1 within the kind.
        tint: (...,) 0..1: redness of tile, slope of grey materials, hue of coloured roofs.
        age: (...,) 0..1: weathering, which darkens bright materials and lightens asphalt.
    """
    bright, hue, old = (np.asarray(v, dtype=np.float64)[..., None] for v in (brightness, tint, age))
    rise = 1.0 - np.exp(-(_NM - 340.0) / 260.0)
    slow = (_NM - 400.0) / 2100.0
    mineral = 1.0 - 0.06 * bump(1420.0, 40.0) - 0.16 * bump(1930.0, 60.0) - 0.06 * bump(2210.0, 35.0)
    bitumen = 1.0 - 0.05 * bump(1730.0, 30.0) - 0.08 * bump(2320.0, 50.0)
    dust = 0.12 + 0.22 * (1.0 - np.exp(-(_NM - 330.0) / 450.0))
    if kind == BUILT.index("asphalt"):
        clean = (0.045 + 0.10 * bright) * (0.8 + 0.3 * rise + (0.2 + 0.7 * hue) * slow) * bitumen
        return np.asarray(clean + 0.35 * old * (dust - clean))
    if kind == BUILT.index("concrete"):
        clean = (0.20 + 0.30 * bright) * (0.45 + 0.55 * rise + 0.15 * hue * (slow - 0.3)) * mineral
    elif kind == BUILT.index("tile"):
        red = edge(575.0 + 15.0 * np.asarray(tint), np.asarray(45.0))
        clean = (
            (0.10 + 0.18 * bright)
            * (0.35 + (0.6 + 0.8 * hue) * red + 0.9 * slow)
            * (1.0 - 0.15 * bump(870.0, 90.0))
            * mineral
        )
    elif kind == BUILT.index("metal"):
        clean = (
            (0.12 + 0.5 * bright) * (1.0 + 0.5 * (hue - 0.5) * (slow - 0.3)) * (1.0 - 0.1 * bump(840.0, 80.0))
        )
    elif kind == BUILT.index("white"):
        clean = (
            (0.45 + 0.45 * bright)
            * (1.0 - 0.45 * np.exp(-(_NM - 390.0) / 40.0))
            * (1.0 - 0.3 * slow)
            * bitumen
        )
        clean = clean * (1.0 - 0.15 * bump(1930.0, 70.0))
    elif kind == BUILT.index("slate"):
        clean = (0.05 + 0.09 * bright) * (1.0 + 0.4 * hue * slow)
    else:
        peak = bump(450.0 + 200.0 * np.asarray(tint), np.asarray(45.0))
        clean = (0.08 + 0.2 * bright) * (0.6 + 1.1 * peak + 1.6 * edge(780.0, 60.0) - 0.7 * slow) * bitumen
    return np.asarray(clean + 0.3 * old * (dust - clean))


def snow_reflectance(grain_mm: Floats, dirt: Floats) -> Floats:
    """Reflectance of snow and ice after Kokhanovsky and Zege (2004), (..., 211).

    It is exp(-b sqrt(absorption x grain)), and darker where dirty.

    Args:
        grain_mm: (...,) effective grain diameter, about 0.1 (fresh) to 6 (firn, ice).
        dirt: (...,) 0..1, dust and soot.
    """
    grain = np.asarray(grain_mm, dtype=np.float64)[..., None] * 1e-3
    soil = np.asarray(dirt, dtype=np.float64)[..., None]
    clean = np.exp(-3.7 * np.sqrt(ICE_ABSORPTION * grain))
    dark = np.exp(-1.6 * soil * (0.3 + np.sqrt(grain * 1e3)) * (_NM / 500.0) ** -0.9)
    return np.asarray(0.98 * clean * dark)


def burnt_reflectance(ash: Floats, slope: Floats) -> Floats:
    """Reflectance of char and ash, (..., 211); arguments (...,) 0..1: white ash, rise to the infrared."""
    grey, tilt = (np.asarray(v, dtype=np.float64)[..., None] for v in (ash, slope))
    char = 0.025 + (0.05 + 0.16 * tilt) * ((_NM - 400.0) / 2100.0) ** 0.8
    return np.asarray(char + 0.3 * grey**2 * (0.5 + 0.3 * edge(600.0, 200.0)))


def litter_reflectance(brightness: Floats, brownness: Floats, cellulose: Floats) -> Floats:
    """Reflectance of straw, dead grass and leaf litter, (..., 211); arguments (...,) in 0..1."""
    bright, brown, fibre = (
        np.asarray(v, dtype=np.float64)[..., None] for v in (brightness, brownness, cellulose)
    )
    level = np.log(0.28 + 0.30 * bright)
    pigment = (0.9 + 1.4 * brown) * np.exp(-(((_NM - 380.0) / (260.0 + 160.0 * brown)) ** 1.3))
    features = (0.08 + 0.18 * fibre) * bump(2100.0, 60.0) + (0.06 + 0.16 * fibre) * bump(2310.0, 50.0)
    features = features + 0.1 * bump(1450.0, 50.0) + 0.22 * bump(1930.0, 60.0) + 0.06 * bump(1730.0, 30.0)
    features = features + 0.25 * bump(2500.0, 150.0) + 0.1 * edge(1900.0, 200.0)
    return np.asarray(np.exp(level - pigment - features))
