"""What comes between a series and the ground, date by date: clouds, what is left of them, snow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geodata.simulation.materials import material

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.simulation.seasons import Climate, Dates
    from geodata.simulation.spectra import Floats, Floats32


def draw_clear(
    rng: np.random.Generator, dates: Dates, field_of: NDArray[np.int64], fields: int
) -> NDArray[np.bool_]:
    """(n, T) which pixels are clear when; each on one date at least.

    A region has no clouds at all, few, or up to 40 %; more in one half of the year; unevenly from date to
    date; mostly whole fields at once.

    Args:
        rng: source of randomness.
        dates: T of them.
        field_of: (n,) field of each pixel.
        fields: number of fields.
    """
    count, dates_count = field_of.size, dates.day.size
    rate = float(rng.choice((0.0, rng.uniform(0.01, 0.12), rng.uniform(0.12, 0.4)), p=(0.3, 0.4, 0.3)))
    season = 1.0 + rng.uniform(0.0, 1.0) * np.cos(2 * np.pi * (dates.day - rng.uniform(0.0, 365.0)) / 365.0)
    by_date = np.minimum(rate * season * rng.standard_gamma(0.7, dates_count) / 0.7, 0.95)
    clouded = (rng.random((fields, dates_count)) < by_date)[field_of]
    stray = rng.random((count, dates_count))
    clear = np.where(clouded, stray < 0.08, stray >= 0.06 * by_date)
    never = np.flatnonzero(~clear.any(axis=1))
    clear[never, rng.integers(0, dates_count, never.size)] = True
    return np.asarray(clear)


def draw_veil(rng: np.random.Generator, fields: int, dates: int) -> Floats:
    """(F, T) share of the light that comes from thin cloud which no mask has found; zero on most fields."""
    rate = rng.uniform(0.0, 0.12) * rng.standard_gamma(1.0, dates)
    return np.where(rng.random((fields, dates)) < rate, rng.uniform(0.02, 0.35, (fields, dates)), 0.0)


def draw_snow(
    rng: np.random.Generator, climate: Climate, dates: Dates, response: Floats32, dry: NDArray[np.bool_]
) -> tuple[Floats, Floats32]:
    """Snow on dry fields (F,) in a cold winter.

    Returns:
        (F, T) share of the ground that it covers, and its reflectance (B,).
    """
    kinds = material("snow").spectra[:, 1, 0]
    spectrum = kinds[int(rng.integers(len(kinds)))] @ response
    winter = np.cos(2 * np.pi * (dates.day - climate.midwinter) / 365.0)
    lies = rng.random(dates.day.size) < climate.snow * np.clip(2.0 * winter - 0.6, 0.0, 1.0)
    level = np.where(lies, rng.normal(0.3, 1.5, dates.day.size), -np.inf)
    spread = rng.normal(0.0, 0.8, (dry.size, 1))
    share = 0.95 / (1.0 + np.exp(-1.5 * (level + spread)))
    return np.asarray(share * dry[:, None]), np.asarray(spectrum, dtype=np.float32)
