"""Water: a bio-optical model of open, turbid, green and shallow water.

Reflectance from absorption and backscattering after Gordon et al. (1988) and, over a visible bottom, Lee et
al.
(1998, 1999). The pure-water absorption is Pope and Fry (1997) to 720 nm and Hale and Querry (1973) / Kou et
al. (1993)
beyond, rounded and interpolated.
"""

from __future__ import annotations

import numpy as np

from geodata.simulation.spectra import WAVELENGTHS_NM, Floats, bump, edge, table

_PURE_WATER = (
    (400, 0.0066), (420, 0.0045), (440, 0.0064), (460, 0.0098), (480, 0.0127), (500, 0.0204), (520, 0.0409),
    (540, 0.0474), (560, 0.0619), (580, 0.0896), (600, 0.222), (620, 0.276), (640, 0.311), (660, 0.410),
    (680, 0.465), (700, 0.624), (720, 1.23), (740, 2.4), (760, 2.6), (780, 2.4), (800, 2.0), (820, 2.4),
        (840, 3.5),
    (860, 4.4), (880, 5.4), (900, 6.8), (930, 17.0), (950, 35.0), (970, 45.0), (1000, 36.0), (1030, 21.0),
    (1070, 16.0), (1110, 20.0), (1150, 95.0), (1200, 104.0), (1250, 90.0), (1300, 120.0), (1350, 330.0),
    (1400, 1240.0), (1450, 2900.0), (1500, 1950.0), (1550, 1080.0), (1600, 670.0), (1650, 530.0), (1700,
        520.0),
    (1750, 620.0), (1800, 800.0), (1850, 1000.0), (1900, 7000.0), (1940, 11500.0), (2000, 6900.0), (2050,
        4200.0),
    (2100, 2700.0), (2150, 1950.0), (2200, 1650.0), (2250, 1750.0), (2300, 2200.0), (2400, 5000.0), (2500,
        9500.0),
)  # fmt: skip
WATER_ABSORPTION: Floats = table(_PURE_WATER)
"""(211,) absorption of pure water, 1/m."""

_NM = WAVELENGTHS_NM
_WATER_BACKSCATTER = 0.0012 * (_NM / 500.0) ** -4.32  # Smith and Baker (1981), half of the scattering


def inherent_optics(
    chlorophyll: Floats, sediment: Floats, cdom: Floats, particle_slope: Floats, redness: Floats
) -> tuple[Floats, Floats]:
    """Absorption and backscattering of water, 1/m.

    Args:
        chlorophyll: (...,) mg/m3.
        sediment: (...,) suspended mineral particles, g/m3.
        cdom: (...,) absorption of dissolved organic matter at 440 nm, 1/m.
        particle_slope: (...,) exponent of the particles' backscattering, 0..1.5.
        redness: (...,) 0..1, how strongly iron on the particles absorbs blue light.

    Returns:
        absorption (..., 211), backscattering (..., 211).
    """
    chl, tsm, gelb, slope, iron = (
        np.asarray(v)[..., None] for v in (chlorophyll, sediment, cdom, particle_slope, redness)
    )
    pigments = (
        bump(440.0, 32.0) + 0.35 * bump(490.0, 30.0) + 0.12 * bump(620.0, 22.0) + 0.45 * bump(676.0, 11.0)
    )
    absorption = (
        WATER_ABSORPTION
        + 0.05 * chl**0.7 * (pigments + 0.03 * (1.0 - edge(700.0, 20.0)))
        + gelb * np.exp(-0.015 * (_NM - 440.0))
        + (0.025 + 0.06 * iron) * tsm * np.exp(-0.0115 * (_NM - 443.0))
    )
    relative = _NM / 550.0
    backscatter = _WATER_BACKSCATTER + (0.007 * tsm + 0.0006 * chl**0.8) * relative**-slope
    return np.asarray(absorption), np.asarray(backscatter)


def water_reflectance(absorption: Floats, backscatter: Floats, depth_m: Floats, bottom: Floats) -> Floats:
    """Reflectance (pi times remote-sensing reflectance) just above water of a depth over a bottom.

    Args:
        absorption: (..., 211), 1/m.
        backscatter: (..., 211), 1/m.
        depth_m: (...,) metres.
        bottom: (..., 211) albedo.

    Returns:
        (..., 211) in 0..1, without sun glint.
    """
    depth = np.asarray(depth_m)[..., None]
    kappa = absorption + backscatter
    u = backscatter / kappa
    deep = (0.084 + 0.170 * u) * u
    column = 1.15 + 1.03 * np.sqrt(1.0 + 2.4 * u)  # paths down (refracted sun) and up, light from the column
    ground = 1.15 + 1.04 * np.sqrt(1.0 + 5.4 * u)  # the same, light from the bottom
    below = deep * (1.0 - np.exp(-column * kappa * depth)) + bottom / np.pi * np.exp(-ground * kappa * depth)
    return np.asarray(np.pi * 0.52 * below / (1.0 - 1.7 * np.minimum(below, 0.4)))


BOTTOMS = ("sand", "coral", "seagrass", "algae", "rubble", "mud", "rock")
"""What lies under shallow water, in the order of `bottom_albedo`'s `kind`."""


def bottom_albedo(kind: int, brightness: Floats, greenness: Floats) -> Floats:
    """Albedo of a wet sea or lake floor, (..., 211).

    Args:
        kind: index into `BOTTOMS`.
        brightness: (...,) 0..1, from the darkest to the brightest of its kind.
        greenness: (...,) 0..1, share of a film of algae on it.
    """
    bright, green = np.asarray(brightness)[..., None], np.asarray(greenness)[..., None]
    wet = np.exp(-0.0002 * WATER_ABSORPTION)  # a film of 0.1 mm, passed twice
    rise = np.clip((_NM - 330.0) / 450.0, 0.0, 1.0) ** 0.7
    plant = 0.04 + 0.05 * bump(550.0, 40.0) - 0.02 * bump(676.0, 18.0) + 0.3 * edge(712.0, 22.0)
    brown = 0.03 + 0.06 * bump(590.0, 28.0) + 0.04 * bump(645.0, 16.0) + 0.35 * edge(712.0, 18.0)
    shapes = {
        "sand": (0.25 + 0.35 * bright) * (0.35 + 0.65 * rise),
        "coral": 0.04 + (0.5 + bright) * brown,
        "seagrass": (0.5 + bright) * plant,
        "algae": (0.5 + bright) * (0.6 * brown + 0.4 * plant),
        "rubble": (0.12 + 0.2 * bright) * (0.5 + 0.5 * rise),
        "mud": (0.06 + 0.12 * bright) * (0.35 + 0.65 * rise),
        "rock": (0.07 + 0.15 * bright) * (0.6 + 0.4 * rise),
    }
    film = 0.3 * green
    return np.asarray(((1.0 - film) * shapes[BOTTOMS[kind]] + film * plant) * wet)


def foam_reflectance(density: Floats, thickness: Floats) -> Floats:
    """Reflectance of surf: white, and darker where water absorbs (Frouin et al. 1996).

    Args:
        density: (...,) 0..1, share of the surface that foams.
        thickness: (...,) 0..1, how long light travels in the water around the bubbles.
    """
    cover, path = (np.asarray(v, dtype=np.float64)[..., None] for v in (density, thickness))
    return np.asarray((0.1 + 0.5 * cover) * np.exp(-((2e-3 * (0.3 + path) * WATER_ABSORPTION) ** 0.45)))
