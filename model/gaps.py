"""Missing dates and bands: filled per pixel from what is there, so that every date of every pixel has a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def fill_gaps(reflectance: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Interpolate linearly in time between a pixel's clear dates; beyond the first and last one, repeat it.

    Dates count as equally spaced. A date is clear when all its bands are there. Looks at one pixel at a time.

    Args:
        reflectance: (T, B, n), NaN = missing.

    Returns:
        (T, B, n) without gaps, the input itself where it had none; zeros for pixels that are never clear. And (n,)
        whether a pixel is clear on any date.
    """
    clear = np.asarray(np.isfinite(reflectance).all(axis=1))  # (T, n)
    seen = np.asarray(clear.any(axis=0))
    if clear.all():
        return reflectance, seen
    dates, _, count = reflectance.shape
    if dates == 1:
        return np.where(clear[:, None], reflectance, np.float32(0)), seen
    position = np.arange(dates)[:, None]
    before = np.maximum.accumulate(np.where(clear, position, -1), axis=0)
    after = np.minimum.accumulate(np.where(clear, position, dates)[::-1], axis=0)[::-1]
    first, last = np.where(before < 0, after, before), np.where(after == dates, before, after)
    first, last = (
        np.clip(first, 0, dates - 1),
        np.clip(last, 0, dates - 1),
    )  # only the never clear are out of range
    span = np.maximum(last - first, 1)
    share = np.where(last > first, (position - first) / span, 0.0).astype(np.float32)[:, None]  # (T, 1, n)
    known = np.where(clear[:, None], reflectance, np.float32(0))
    pixel = np.arange(count)
    start, end = (np.moveaxis(known[date, :, pixel], -1, 1) for date in (first, last))  # (T, B, n)
    filled = start * (1 - share) + end * share
    return np.where(clear[:, None], known, filled), seen


def fill_bands(reflectance: NDArray[np.float32], centres_nm: NDArray[np.float64]) -> NDArray[np.float32]:
    """Where some bands of a date are missing, interpolate linearly between the wavelengths that are there.

    Args:
        reflectance: (..., B), NaN = missing.
        centres_nm: (B,).

    Returns:
        (..., B), the input itself where no date lacks some bands only; dates without any band stay NaN.
    """
    known = np.isfinite(reflectance)
    partly = known.any(axis=-1) & ~known.all(axis=-1)
    if not partly.any():
        return reflectance
    rows = reflectance[partly]
    patterns, pattern_of = np.unique(known[partly], axis=0, return_inverse=True)
    for number, pattern in enumerate(patterns):
        order = np.flatnonzero(pattern)[np.argsort(centres_nm[pattern], kind="stable")]
        weights = np.stack(
            [np.interp(centres_nm, centres_nm[order], column) for column in np.eye(order.size)]
        )
        here = pattern_of.ravel() == number
        rows[np.ix_(here, ~pattern)] = rows[np.ix_(here, order)] @ weights[:, ~pattern].astype(np.float32)
    filled = reflectance.copy()
    filled[partly] = rows
    return filled
