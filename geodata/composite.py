"""From many observations of a place to one: solar-day mosaics, and what is in their middle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from geodata.order_statistics import geometric_median, median

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

Statistic = Literal["median", "geometric-median"]
"""Band by band; or of all bands together, which keeps the spectrum of one kind of ground."""

_AT_ONCE = 2**20
"""Bytes of all observations that are worked on at a time: so much fits into a core's cache."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one scene saw of an area."""

    stored: Sequence[NDArray[Any]]
    """B times (h, w) as stored: half the memory that reflectance takes."""

    clear: NDArray[np.bool_]
    """(h, w) what its mask says."""

    reflectance: Callable[[NDArray[Any]], NDArray[np.float32]]
    """Of stored numbers; NaN where there is none."""


def composite(
    days: Sequence[Sequence[Observation]], *, bands: int, shape: tuple[int, int], statistic: Statistic
) -> tuple[NDArray[np.float32], NDArray[np.uint16]]:
    """The median over days of what is clear.

    The scenes of one day are one observation: where several are clear, the first one counts. A pixel of a
    scene is clear where its mask says so and all its bands have a value. Each pixel of the result depends on the
    same pixel of the observations only. Memory beyond the arguments and the result does not grow with the area.

    Args:
        days: scenes of one overpass each, in order of preference.
        bands: B, also where there is no observation.
        shape: h, w.
        statistic: of each pixel's clear days.

    Returns:
        Reflectance (B, h, w), NaN where no day is clear; and how many days are (h, w).
    """
    reflectance = np.full((bands, *shape), np.nan, dtype=np.float32)
    counts = np.zeros(shape, dtype=np.uint16)
    middle = median if statistic == "median" else geometric_median
    rows, cols = _extent(days, shape)
    width = cols.stop - cols.start
    high = max(1, _AT_ONCE // max(1, 4 * bands * width * len(days)))
    for top in range(rows.start, rows.stop, high):
        part = slice(top, min(top + high, rows.stop)), cols
        high_here = part[0].stop - part[0].start
        layers = np.full((len(days), bands, high_here, width), np.nan, dtype=np.float32)
        for day, layer in zip(days, layers, strict=True):
            _mosaic(day, part, layer)
        clear = ~np.isnan(layers[:, 0])
        counts[part] = clear.sum(axis=0)
        reflectance[:, *part] = middle(layers, clear)
    return reflectance, counts


def _extent(days: Sequence[Sequence[Observation]], shape: tuple[int, int]) -> tuple[slice, slice]:
    """Rows and columns beyond which nothing is clear."""
    clear = np.zeros(shape, dtype=np.bool_)
    for day in days:
        for one in day:
            clear |= one.clear
    rows, cols = (np.flatnonzero(clear.any(axis=axis)) for axis in (1, 0))
    if not rows.size:
        return slice(0, 0), slice(0, 0)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(cols[0]), int(cols[-1]) + 1)


def _mosaic(day: Sequence[Observation], part: tuple[slice, slice], layer: NDArray[np.float32]) -> None:
    """Fill a layer (B, rows, cols) of NaN with reflectance of one day, where all bands have a value."""
    open_still = np.ones(layer.shape[1:], dtype=np.bool_)
    for one in day:
        wanted = open_still & one.clear[part]
        if not wanted.any():
            continue
        values = one.reflectance(np.stack([band[part] for band in one.stored]))
        wanted &= np.isfinite(values).all(axis=0)
        np.copyto(layer, values, where=wanted)
        open_still &= ~wanted
