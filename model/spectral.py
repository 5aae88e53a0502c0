"""From a sensor's bands to the ten wavelengths that the network knows, and from a region to its statistics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Array = NDArray[np.float64]

CANONICAL_NM = np.array([445.0, 490.0, 560.0, 665.0, 705.0, 740.0, 783.0, 850.0, 1610.0, 2200.0])
"""Wavelengths (nm) at which the network sees a spectrum, whatever the sensor."""

LOG_FLOOR = 0.01
"""Added to reflectance before its logarithm: about the noise of a dark pixel."""

SAME_BAND = 0.03
"""A band stands for a canonical wavelength while it is nearer than about this share of it."""

SMALLEST_SPREAD = 0.004
"""Floor of a region's spread (reflectance): half a percent of noise must not be blown up to a class."""


@dataclass(frozen=True, slots=True)
class Resampling:
    """The linear map from B bands to the K canonical wavelengths."""

    matrix: Array
    """(K, B); rows interpolate linearly between neighbouring bands, or take the nearest one outside."""

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
        return cls(matrix, np.exp(-((distance / (SAME_BAND * CANONICAL_NM)) ** 2)))


def _interpolate(values: Array, centres: Array) -> Array:
    return np.asarray(np.interp(CANONICAL_NM, centres, values), dtype=np.float64)


def log_reflectance(reflectance: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logarithm of reflectance, in which illumination is a shift; any shape, NaN stays NaN."""
    return np.log(np.maximum(reflectance, 0.0, dtype=np.float32) + np.float32(LOG_FLOOR))


@dataclass(frozen=True, slots=True)
class RegionStatistics:
    """Level and spread of a region's reflectance and of its logarithm, at the canonical wavelengths."""

    mean: Array
    """(2, K): of reflectance, of its logarithm."""

    spread: Array
    """(2, K): robust standard deviations, at least `SMALLEST_SPREAD` and ten times that in the logarithm."""

    @classmethod
    def of(cls, background: NDArray[np.float32], resampling: Resampling) -> RegionStatistics:
        """Measure an unlabelled sample of the region's pixels.

        Args:
            background: (m, B) reflectance without gaps.
            resampling: the map of these bands to the canonical wavelengths.

        Raises:
            ValueError: if the sample is empty.
        """
        if background.shape[0] == 0:
            raise ValueError("region statistics need at least one pixel")
        both = canonical(background, resampling)  # (2, m, K)
        mean, spread = both.mean(axis=1), both.std(axis=1)
        floor = np.array([[SMALLEST_SPREAD], [10 * SMALLEST_SPREAD]])
        return cls(mean, np.maximum(spread, floor))


def canonical(reflectance: NDArray[np.float32], resampling: Resampling) -> Array:
    """Reflectance and its logarithm at the canonical wavelengths: (..., B) -> (2, ..., K)."""
    both = np.stack([reflectance, log_reflectance(reflectance)]).astype(np.float64)
    return both @ resampling.matrix.T


RAW_CENTRE = np.array([[0.15], [-2.0]])
RAW_SCALE = np.array([[0.15], [1.0]])
"""Fixed centre and scale of reflectance and of its logarithm, so that level is seen beside the relative value."""


def network_inputs(
    reflectance: NDArray[np.float32], resampling: Resampling, statistics: RegionStatistics
) -> NDArray[np.float32]:
    """What the network reads of each pixel: (..., B) -> (..., 4 K).

    Reflectance and its logarithm, each relative to the region and absolute, weighted by the bands' presence.
    Every one is linear in (reflectance, logarithm), which lets `model.prediction` fold them into the first layer.
    """
    values = canonical(reflectance, resampling)
    shape = (2,) + (1,) * (values.ndim - 2) + (CANONICAL_NM.size,)
    relative = (values - statistics.mean.reshape(shape)) / statistics.spread.reshape(shape)
    absolute = (values - RAW_CENTRE.reshape((2, *shape[1:-1], 1))) / RAW_SCALE.reshape((2, *shape[1:-1], 1))
    parts = np.concatenate([relative, absolute]) * resampling.presence  # (4, ..., K)
    return np.moveaxis(parts, 0, -2).reshape(*reflectance.shape[:-1], -1).astype(np.float32)


def region_inputs(resampling: Resampling, statistics: RegionStatistics) -> NDArray[np.float32]:
    """What the network reads of the region: (5 K,) presence, means and log spreads, weighted by presence."""
    mean = (statistics.mean - RAW_CENTRE) / RAW_SCALE
    spread = np.log(statistics.spread / np.array([[0.05], [0.4]]))
    parts = np.concatenate(
        [resampling.presence[None] - 0.5, mean * resampling.presence, spread * resampling.presence]
    )
    return parts.reshape(-1).astype(np.float32)


PIXEL_INPUTS = 4 * CANONICAL_NM.size
REGION_INPUTS = 5 * CANONICAL_NM.size
