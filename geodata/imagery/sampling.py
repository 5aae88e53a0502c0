"""Which parts of an image to read when only some of its pixels are wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geodata.grid import Window, tiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

_PATCH = 16  # pixels a side: many places are seen, yet each block that has to be decoded gives many pixels
_PATCHES = 64
_ROUNDS = 4  # of patches, where the first ones met nodata
_TILE = 512


def sample_valid(
    read: Callable[[Window], NDArray[np.float32]], area: Window, *, count: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Draw pixels without NaN from an area, reading little of it.

    Args:
        read: gives (B, h, w) of a window.
        area: where to draw.
        count: at most this many.
        rng: decides which; the same state gives the same sample.

    Returns:
        (n, B), n <= count; 0 only where the area has no valid pixel at all.
    """
    if area.height * area.width <= 4 * count:
        return _some(_valid(read(area)), count, rng)
    height, width = min(_PATCH, area.height), min(_PATCH, area.width)
    found: list[NDArray[np.float32]] = []
    for _ in range(_ROUNDS):
        rows = rng.integers(0, area.height - height + 1, _PATCHES)
        cols = rng.integers(0, area.width - width + 1, _PATCHES)
        # Neighbours after each other: their blocks are still in the cache.
        for row, col in sorted(zip(rows.tolist(), cols.tolist(), strict=True)):
            patch = _valid(read(Window(area.row + row, area.col + col, height, width)))
            found.append(_some(patch, -(-count // _PATCHES), rng))
        if sum(map(len, found)) >= count:
            break
    values = np.concatenate(found)
    if not len(values):
        values = _scan(read, area, count)
    return _some(values, count, rng)


def blocks_of(
    rows: NDArray[np.int64], cols: NDArray[np.int64], block: tuple[int, int]
) -> Iterator[tuple[Window, NDArray[np.int64]]]:
    """Group pixels by the stored block they lie in.

    Yields:
        For each block with pixels, the smallest window that holds them, and their positions in `rows`.
    """
    # Strips of one row are read together; a file in one huge block is not read at once.
    height, width = (min(max(size, 64), 1024) for size in block)
    key = (rows // height) * (2**32) + cols // width
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-1))
    for members in np.split(order, starts[1:]) if len(order) else []:
        top, left = int(rows[members].min()), int(cols[members].min())
        bottom, right = int(rows[members].max()), int(cols[members].max())
        yield Window(top, left, bottom - top + 1, right - left + 1), members


def _valid(reflectance: NDArray[np.float32]) -> NDArray[np.float32]:
    """(B, h, w) -> (n, B): pixels with all bands."""
    pixels = reflectance.reshape(reflectance.shape[0], -1).T
    return pixels[~np.isnan(pixels).any(axis=1)]


def _some(pixels: NDArray[np.float32], count: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """At most `count` of them, in their order."""
    if len(pixels) <= count:
        return pixels
    return pixels[np.sort(rng.choice(len(pixels), count, replace=False))]


def _scan(read: Callable[[Window], NDArray[np.float32]], area: Window, count: int) -> NDArray[np.float32]:
    """The first valid pixels on a walk over the whole area: the last resort where nearly all is nodata."""
    found: list[NDArray[np.float32]] = []
    for tile in tiles((area.height, area.width), _TILE):
        found.append(_valid(read(tile.shifted(area.row, area.col))))
        if sum(map(len, found)) >= count:
            break
    return np.concatenate(found)
