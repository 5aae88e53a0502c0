"""From a sensor's bands to the ten wavelengths that the network knows, and from a region to its statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.indices import COUNT, index_presence, spectral_indices

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

CANONICAL_NM = np.array([445.0, 490.0, 560.0, 665.0, 705.0, 740.0, 783.0, 850.0, 1610.0, 2200.0])
"""Wavelengths (nm) at which the network sees a spectrum, whatever the sensor."""

LOG_FLOOR = 0.01
"""Added to reflectance before its logarithm: about the noise of a dark pixel."""

SAME_BAND = 0.03
"""A band stands for a canonical wavelength while it is nearer than about this share of it."""

SMALLEST_SPREAD = {"reflectance": 0.004, "logarithm": 0.04, "index": 0.02}
"""Added to a region's spread: half a percent of noise must not be blown up to a class."""


@dataclass(frozen=True, slots=True)
class Resampling:
    """The linear map from B bands to the K canonical wavelengths."""

    matrix: Array
    """(K, B); rows interpolate linearly between neighbouring bands, or take the nearest one outside."""

    centres_nm: Array
    """(B,) as given."""

    presence: Array
    """(K,) in 0..1: how surely the sensor observes that wavelength; values are weighted by it."""

    @classmethod
    def of(cls, wavelengths_nm: ArrayLike) -> Resampling:
        """Build the map for bands at these centre wavelengths.

        Args:
            wavelengths_nm: (B,) centre wavelengths in nm, in any order.

        Raises:
            ValueError: if there is no band.
        """
        centres = np.asarray(wavelengths_nm, dtype=np.float64)
        if centres.ndim != 1 or centres.size == 0:
            raise ValueError("at least one band's centre wavelength is needed")
        order = np.argsort(centres, kind="stable")
        weights = np.stack(
            [_interpolate(np.eye(centres.size)[i], centres[order]) for i in range(centres.size)]
        )
        matrix = np.empty((CANONICAL_NM.size, centres.size))
        matrix[:, order] = weights.T
        distance = np.abs(CANONICAL_NM[:, None] - centres[None]).min(axis=1)
        return cls(matrix, centres, np.exp(-((distance / (SAME_BAND * CANONICAL_NM)) ** 2)))


def _interpolate(values: Array, centres: Array) -> Array:
    return np.asarray(np.interp(CANONICAL_NM, centres, values), dtype=np.float64)


def log_reflectance(reflectance: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logarithm of reflectance, in which illumination is a shift; any shape, NaN stays NaN."""
    return np.log(np.maximum(reflectance, 0.0, dtype=np.float32) + np.float32(LOG_FLOOR))


FEATURES = 2 * CANONICAL_NM.size + COUNT
"""F: reflectance and its logarithm at the canonical wavelengths, and indices."""
LINEAR_FEATURES = np.r_[0 : CANONICAL_NM.size, 2 * CANONICAL_NM.size : FEATURES]
"""Those that the linear part reads (`model.linear`): all but the logarithms."""
PIXEL_INPUTS = 2 * FEATURES
REGION_INPUTS = CANONICAL_NM.size + 2 * FEATURES

_PARTS = (CANONICAL_NM.size, CANONICAL_NM.size, COUNT)
FIXED_CENTRE = np.repeat([0.15, -2.0, 0.0], _PARTS)
FIXED_SCALE = np.repeat([0.15, 1.0, 0.5], _PARTS)
"""Fixed centre and scale (F,), so that level is seen beside the value relative to the region."""
_FLOOR = np.repeat(list(SMALLEST_SPREAD.values()), _PARTS)
_USUAL_SPREAD = np.repeat([0.05, 0.4, 0.2], _PARTS)


def spectral_features(reflectance: NDArray[np.float32], resampling: Resampling) -> Array:
    """Reflectance and its logarithm at the canonical wavelengths, and indices: (..., B) -> (..., F)."""
    positive = np.maximum(reflectance, 0.0, dtype=np.float64)
    values = positive @ resampling.matrix.T
    logarithm = log_reflectance(reflectance).astype(np.float64) @ resampling.matrix.T
    indices = np.stack(spectral_indices(list(np.moveaxis(values, -1, 0))), axis=-1)
    return np.concatenate([values, logarithm, indices], axis=-1)


def feature_presence(resampling: Resampling) -> Array:
    """(F,) how surely the sensor observes each feature."""
    presence = resampling.presence
    return np.concatenate([presence, presence, index_presence(presence)])


@dataclass(frozen=True, slots=True)
class RegionStatistics:
    """Level and spread of a region's spectral features, date by date."""

    mean: Array
    """(T, F)."""

    spread: Array
    """(T, F) standard deviations, plus `SMALLEST_SPREAD`."""

    @classmethod
    def of(cls, background: NDArray[np.float32], resampling: Resampling) -> RegionStatistics:
        """Measure an unlabelled sample of the region's pixels.

        Args:
            background: (m, T, B) reflectance without gaps.
            resampling: the map of these bands to the canonical wavelengths.

        Raises:
            ValueError: if the sample is empty.
        """
        if background.shape[0] == 0:
            raise ValueError("region statistics need at least one pixel")
        features = spectral_features(background, resampling)  # (m, T, F)
        return cls(features.mean(axis=0), features.std(axis=0) + _FLOOR)


def network_inputs(
    reflectance: NDArray[np.float32], resampling: Resampling, statistics: RegionStatistics
) -> NDArray[np.float32]:
    """What the network reads of each pixel: (n, T, B) without gaps -> (n, T, 2 F).

    Each feature relative to the region on that date, and on a fixed scale, weighted by its presence. All are linear in
    (reflectance, logarithm, indices), which lets `model.prediction` fold them into the first layer.
    """
    features = spectral_features(reflectance, resampling)
    presence = feature_presence(resampling)
    relative = (features - statistics.mean) / statistics.spread * presence
    fixed = (features - FIXED_CENTRE) / FIXED_SCALE * presence
    return np.concatenate([relative, fixed], axis=-1).astype(np.float32)


def region_inputs(resampling: Resampling, statistics: RegionStatistics) -> NDArray[np.float32]:
    """What the network reads of the region: (T, K + 2 F), presence, means and log spreads weighted by presence."""
    presence = feature_presence(resampling)
    mean = (statistics.mean - FIXED_CENTRE) / FIXED_SCALE * presence
    spread = np.log(statistics.spread / _USUAL_SPREAD) * presence
    sensor = np.broadcast_to(resampling.presence - 0.5, (mean.shape[0], CANONICAL_NM.size))
    return np.concatenate([sensor, mean, spread], axis=-1).astype(np.float32)
