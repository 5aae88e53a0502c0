"""What the methods that users know see of a pixel: its bands on all dates, and common indices beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.support import SupportSet

BANDS_NM = {"blue": 490.0, "green": 560.0, "red": 665.0, "nir": 842.0, "swir1": 1610.0, "swir2": 2200.0}
"""Where the indices' bands are, in nanometres."""

TOLERANCE = 0.12
"""A sensor's band stands for one of `BANDS_NM` when its centre is this close, relatively."""

NORMALIZED_DIFFERENCES = {
    "NDVI": ("nir", "red"),  # Rouse et al. 1974
    "NDWI": ("green", "nir"),  # McFeeters 1996
    "NDMI": ("nir", "swir1"),  # Gao 1996; NDBI (Zha et al. 2003) is its negative, which would say nothing new
    "MNDWI": ("green", "swir1"),  # Xu 2006
    "NBR": ("nir", "swir2"),  # Key & Benson 2006
    "NDTI": ("swir1", "swir2"),  # van Deventer et al. 1997
}
"""Index -> the bands a and b of (a - b) / (a + b)."""

SMALLEST_SUM = 1e-6
"""Of two bands without any light the normalized difference is called zero."""


@dataclass(frozen=True, slots=True)
class BandFeatures:
    """Pixels as flat rows of numbers without gaps."""

    bands: dict[str, int]
    """Band of `BANDS_NM` -> the sensor's band; empty where no indices are wanted."""

    replacements: NDArray[np.float64]
    """(T, B) what stands where a pixel never shows a band: the mean of the labelled pixels, zero where they lack it."""

    @classmethod
    def of(cls, support: SupportSet, *, indices: bool) -> BandFeatures:
        """Take the sensor's bands and the means from the labelled pixels."""
        filled = interpolate_gaps(support.reflectance)
        known = np.isfinite(filled)
        sums = np.where(known, filled, 0.0).sum(axis=0)
        means = sums / np.maximum(known.sum(axis=0), 1)
        return cls(nearest_bands(support.wavelengths_nm) if indices else {}, means)

    def __call__(self, reflectance: NDArray[np.float32]) -> NDArray[np.float64]:
        """Pixels (n, T, B), NaN where missing -> (n, T * (B + indices)) without gaps."""
        filled = interpolate_gaps(reflectance)
        filled = np.where(np.isfinite(filled), filled, self.replacements)
        columns = np.concatenate([filled, *band_indices(filled, self.bands).values()], axis=-1)
        return columns.reshape(len(columns), -1)


def interpolate_gaps(reflectance: NDArray[np.float32]) -> NDArray[np.float64]:
    """Fill each band of each pixel linearly between its dates, with the nearest date at the ends.

    Dates count as equally spaced.

    Args:
        reflectance: (n, T, B), not finite = missing.

    Returns:
        (n, T, B); NaN only where a pixel lacks a band on all dates.
    """
    values = reflectance.astype(np.float64)
    known = np.isfinite(values)
    if known.all():
        return values
    dates = values.shape[1]
    position = np.arange(dates)[:, None]
    before = np.maximum.accumulate(np.where(known, position, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, position, dates)[:, ::-1], axis=1)[:, ::-1]
    first, last = np.where(before < 0, after, before), np.where(after == dates, before, after)
    never = first == dates
    first, last = np.where(never, 0, first), np.where(never, 0, last)
    share = (position - first) / np.maximum(last - first, 1)
    start, end = np.take_along_axis(values, first, axis=1), np.take_along_axis(values, last, axis=1)
    filled = np.where(last > first, start + share * (end - start), start)
    return np.where(never, np.nan, np.where(known, values, filled))


def nearest_bands(wavelengths_nm: NDArray[np.float64]) -> dict[str, int]:
    """Which of a sensor's bands (B,) is which of `BANDS_NM`; those that it lacks are left out."""
    nearest = {name: int(np.abs(wavelengths_nm - centre).argmin()) for name, centre in BANDS_NM.items()}
    return {
        name: band
        for name, band in nearest.items()
        if abs(float(wavelengths_nm[band]) - BANDS_NM[name]) <= TOLERANCE * BANDS_NM[name]
    }


def band_indices(filled: NDArray[np.float64], bands: dict[str, int]) -> dict[str, NDArray[np.float64]]:
    """The indices whose bands are there, by name.

    Beside `NORMALIZED_DIFFERENCES` the bare soil index, BSI = ((swir1 + red) - (nir + blue)) / (swir1 + red + nir +
    blue) (Rikimaru et al. 2002), and EVI2 = 2.5 (nir - red) / (nir + 2.4 red + 1) (Jiang et al. 2008, eq. 16).

    Args:
        filled: (n, T, B) without gaps.
        bands: see `nearest_bands`.

    Returns:
        Index -> (n, T, 1).
    """
    light = {name: filled[..., band, None] for name, band in bands.items()}
    found = {
        index: _normalized_difference(light[a], light[b])
        for index, (a, b) in NORMALIZED_DIFFERENCES.items()
        if a in light and b in light and bands[a] != bands[b]
    }
    if light.keys() >= {"blue", "red", "nir", "swir1"}:
        found["BSI"] = _normalized_difference(light["swir1"] + light["red"], light["nir"] + light["blue"])
    if light.keys() >= {"red", "nir"}:
        found["EVI2"] = 2.5 * (light["nir"] - light["red"]) / (light["nir"] + 2.4 * light["red"] + 1.0)
    return found


def _normalized_difference(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """(a - b) / (a + b) in -1..1: reflectance that is slightly negative, from atmospheric correction, exceeds it."""
    total = a + b
    dark = np.abs(total) < SMALLEST_SUM
    return np.where(dark, 0.0, np.clip((a - b) / np.where(dark, 1.0, total), -1.0, 1.0))
