"""Random sensors: the usual satellites with the bands that people keep of them, and imagined ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Bands = tuple[NDArray[np.float64], NDArray[np.float64]]

_SENTINEL_2 = {
    443: 21, 492: 66, 560: 36, 665: 31, 704: 15, 740: 15, 783: 20, 833: 106, 865: 21, 945: 20, 1614: 91,
        2202: 175,
}  # fmt: skip
_OLI = {443: 16, 482: 60, 561: 57, 655: 38, 865: 28, 1609: 85, 2201: 187}
_TM = {485: 66, 569: 82, 660: 67, 840: 128, 1676: 217, 2223: 252}
_PLANET = {443: 20, 490: 50, 531: 36, 565: 36, 610: 20, 665: 30, 705: 15, 865: 40}
_SUBSETS: tuple[tuple[float, dict[int, int], tuple[int, ...]], ...] = (
    (0.10, _SENTINEL_2, tuple(_SENTINEL_2)),
    (0.06, _SENTINEL_2, tuple(w for w in _SENTINEL_2 if w != 443)),
    (0.22, _SENTINEL_2, tuple(w for w in _SENTINEL_2 if w not in {443, 945})),
    (0.08, _SENTINEL_2, tuple(w for w in _SENTINEL_2 if w not in {443, 945, 865})),
    (0.06, _SENTINEL_2, (492, 560, 665, 740, 783, 833, 1614)),
    (0.10, _SENTINEL_2, (492, 560, 665, 833, 1614, 2202)),
    (0.04, _SENTINEL_2, (492, 560, 665, 833)),
    (0.08, _OLI, tuple(_OLI)[1:]),
    (0.05, _OLI, tuple(_OLI)),
    (0.11, _TM, tuple(_TM)),
    (0.02, _PLANET, (490, 565, 665, 865)),
    (0.03, _PLANET, tuple(_PLANET)),
)


def draw_sensor(rng: np.random.Generator) -> Bands:
    """A sensor's band centres and widths in nm, both (B,), ascending; B is 4 to 12.

    Nineteen in twenty are real: Sentinel-2 with 12, 11, 10, 9, 7, 6 or 4 bands, Landsat OLI and TM,
    PlanetScope; the rest are
    imagined. Centres stray by a few nm, as they do between the satellites of one series.
    """
    place = rng.random()
    for chance, sensor, kept in _SUBSETS:
        place -= chance
        if place < 0:
            centre = np.array(kept, dtype=np.float64)
            width = np.array([sensor[w] for w in kept], dtype=np.float64)
            return centre + rng.normal(0.0, 1.5, centre.size), width
    return _imagined(rng)


def _imagined(rng: np.random.Generator) -> Bands:
    """Four to twelve bands: always green, red, near infrared; the rest where the air is clear."""
    count = int(rng.integers(4, 13))
    windows = np.array(
        [(430, 520), (520, 600), (600, 690), (690, 750), (750, 900), (1000, 1080), (1550, 1720), (2050, 2350)]
    )
    likely = np.array([2.0, 1.5, 1.5, 2.0, 2.0, 0.5, 2.0, 2.0])
    chosen = rng.choice(len(windows), count - 3, p=likely / likely.sum())
    low, high = windows[np.concatenate([[1, 2, 4], chosen])].T
    centre = np.sort(rng.uniform(low, high))
    width = np.clip(centre * np.exp(rng.normal(-2.9, 0.5, count)), 12.0, 200.0)
    return centre, width
