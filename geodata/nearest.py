"""Values of one grid at the middles of another's pixels, whatever their coordinate systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from pyproj import CRS, Transformer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from affine import Affine
    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

_LATTICE = (
    32  # pixels between points that are projected; between them, grids of metres are straight to a millimetre
)


def nearest(
    values: NDArray[Any], transform: Affine, crs: str, target: GeoBox, *, beyond: float
) -> NDArray[Any]:
    """The values (h, w) of the pixels that the middles of a grid's pixels fall into.

    Args:
        values: (H, W).
        transform: from their pixels to their coordinates.
        crs: in which these are.
        target: the grid.
        beyond: what pixels outside of `values` have.
    """
    height, width = values.shape
    inverse = ~transform
    there = np.full(tuple(int(n) for n in target.shape), beyond, dtype=values.dtype)
    for top, x, y in _middles(target, crs):
        cols = np.floor(inverse.a * x + inverse.b * y + inverse.c).astype(np.int32)
        rows = np.floor(inverse.d * x + inverse.e * y + inverse.f).astype(np.int32)
        inside = (rows >= 0) & (rows < height) & (cols >= 0) & (cols < width)
        there[top : top + len(x)][inside] = values[rows[inside], cols[inside]]
    return there


_ROWS = 64  # at a time: several threads do this, and coordinates take more memory than what they are for


def _middles(target: GeoBox, crs: str) -> Iterator[tuple[int, NDArray[np.float64], NDArray[np.float64]]]:
    """Some rows of a grid, the number of the first, and x and y of their pixels' middles in another CRS."""
    height, width = (int(n) for n in target.shape)
    affine = target.affine
    same = CRS.from_user_input(crs) == CRS.from_user_input(str(target.crs))
    to_crs = Transformer.from_crs(str(target.crs), crs, always_xy=True)
    down, across = _between(height), _between(width)
    cols, rows = np.meshgrid(across[1], down[1])
    x, y = affine.a * cols + affine.b * rows + affine.c, affine.d * cols + affine.e * rows + affine.f
    if not same:
        x, y = to_crs.transform(x, y)
    for top in range(0, height, _ROWS):
        weights = down[0][top : top + _ROWS]
        yield top, weights @ x @ across[0].T, weights @ y @ across[0].T


def _between(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Weights (count, points) that interpolate from lattice points to middles, and the points, in pixels."""
    points = np.append(np.arange(0, count, _LATTICE), count).astype(np.float64)
    middles = np.arange(count) + 0.5
    after = np.searchsorted(points, middles)
    share = (middles - points[after - 1]) / (points[after] - points[after - 1])
    weights = np.zeros((count, points.size))
    weights[np.arange(count), after - 1] = 1.0 - share
    weights[np.arange(count), after] = share
    return weights, points
