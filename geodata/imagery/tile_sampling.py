"""A random sample of a large area from a few of its tiles."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from geodata.imagery.composite_tiles import CompositeTile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from geodata.grid import Window

SAMPLED_TILES = 8
"""Places that a sample is drawn from: each costs a tile, which is there already when the map is made."""


def sample_tiles(
    windows: Sequence[Window],
    read: Callable[[Sequence[Window]], Sequence[Sequence[CompositeTile]]],
    *,
    count: int,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Draw pixels that some date shows clear.

    Args:
        windows: the area, cut by tiles.
        read: gives the dates of each of some windows.
        count: at most so many pixels.
        rng: decides which; the same state gives the same sample.

    Returns:
        (n, T, B), n <= count, NaN where a date is not clear; 0 only where nothing is clear on any date.
    """
    order = [windows[number] for number in rng.permutation(len(windows))]
    share = count / sum(window.height * window.width for window in order[:SAMPLED_TILES])
    found: list[NDArray[np.float32]] = []
    while order and sum(map(len, found)) < count:
        now, order = order[:SAMPLED_TILES], order[SAMPLED_TILES:]
        for window, dates in zip(now, read(now), strict=True):
            found.append(_some_clear(dates, math.ceil(share * window.height * window.width), rng))
    return np.concatenate(found)[:count]


def _some_clear(dates: Sequence[CompositeTile], count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """Reflectance (n, T, B) of some of the pixels that one of the dates shows, n <= count."""
    seen = np.flatnonzero(np.logical_or.reduce([tile.counts > 0 for tile in dates]))
    chosen = np.sort(rng.choice(seen, count, replace=False)) if len(seen) > count else seen
    picked = [
        CompositeTile(tile.numbers.reshape(len(tile.numbers), -1, 1)[:, chosen]).reflectance[..., 0]
        for tile in dates
    ]  # T times (B, n)
    return np.stack(picked).transpose(2, 0, 1)
