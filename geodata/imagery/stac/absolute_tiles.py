"""Tiles of an endless grid: the same ones for every box that is laid over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geodata.grid import Window
from geodata.grid_choice import part_of_grid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox


@dataclass(frozen=True, slots=True)
class TilePlace:
    """One tile."""

    row: int
    """Its number from the CRS's origin down; negative north of it."""

    col: int
    """From the origin to the right."""

    window: Window
    """Its pixels in those of the grid that was cut; a part of it may lie outside."""

    geobox: GeoBox


def tiles_of(image: GeoBox, size: int, window: Window | None = None) -> list[TilePlace]:
    """The tiles that a grid, or a window of it, lies in, row by row.

    Args:
        image: a grid with square pixels, north up.
        size: pixels along a side of a tile.
        window: of the grid; None: all of it.
    """
    height, width = (int(n) for n in image.shape)
    wanted = window or Window(0, 0, height, width)
    first_row, first_col = _corner(image)
    return [
        TilePlace(row, col, place, part_of_grid(image, place.row, place.col, size, size))
        for row in _numbers(first_row + wanted.row, wanted.height, size)
        for col in _numbers(first_col + wanted.col, wanted.width, size)
        for place in (Window(row * size - first_row, col * size - first_col, size, size),)
    ]


def neighbourhoods(places: Iterable[TilePlace], side: int) -> list[list[TilePlace]]:
    """Put tiles together that lie in one square of `side` x `side` tiles, row by row."""
    squares: dict[tuple[int, int], list[TilePlace]] = {}
    for place in places:
        squares.setdefault((place.row // side, place.col // side), []).append(place)
    return [squares[key] for key in sorted(squares)]


def by_tile(
    image: GeoBox, size: int, rows: NDArray[np.int64], cols: NDArray[np.int64]
) -> list[tuple[Window, NDArray[np.int64]]]:
    """Group pixels by the tile they lie in.

    Returns:
        For each tile with pixels, the smallest window of the grid that holds them, and their positions in `rows`.
    """
    first_row, first_col = _corner(image)
    tile = np.stack([(rows + first_row) // size, (cols + first_col) // size])
    _, group = np.unique(tile, axis=1, return_inverse=True)
    order = np.argsort(group.ravel(), kind="stable")
    starts = np.flatnonzero(np.diff(group.ravel()[order], prepend=-1))
    groups = []
    for members in np.split(order, starts[1:]) if len(order) else []:
        top, left = int(rows[members].min()), int(cols[members].min())
        bottom, right = int(rows[members].max()), int(cols[members].max())
        groups.append((Window(top, left, bottom - top + 1, right - left + 1), members))
    return groups


def _numbers(first: int, count: int, size: int) -> Iterator[int]:
    if count:
        yield from range(first // size, -(-(first + count) // size))


def _corner(image: GeoBox) -> tuple[int, int]:
    """Row and column of a grid's corner pixel on the endless grid; the anchor, less than a pixel, is left out."""
    side = image.affine.a
    return -_whole(image.affine.f / side), _whole(image.affine.c / side)


def _whole(pixels: float) -> int:
    """Rounded down, but for rounding errors."""
    return int((pixels + 1e-6) // 1)
