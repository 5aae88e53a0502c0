"""Which part of the world's land a place belongs to: how far from the equator, and what covers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geodata.regions.worldcover import NODATA

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BELTS: Final = (
    ("tropical", 23.5),
    ("subtropical", 35.0),
    ("temperate", 55.0),
    ("boreal", 66.5),
    ("polar", 90.0),
)
"""Name of each belt, and the latitude, north or south, that it reaches to. They are no climate zones."""

COVERS: Final = (
    ("trees", (10,)),
    ("grass and shrub", (20, 30)),
    ("crops", (40,)),
    ("bare", (60,)),
    ("snow and moss", (70, 100)),
)
"""Groups of WorldCover's classes; the one with most of a place names it, unless one of the rare ones does."""

_TREES_AND_HERBS_IN_WATER, _WATER, _BUILT = (90, 95), 80, 50
_SETTLED = 0.1  # shares of a place from which on it is called so, though it is mostly something else
_WET = 0.1
_SHORE = 0.3

_SEEN = 0.75  # of a place has to lie on the map
_SEA = 0.8  # a place with more water than that has too little land to learn from
_PRESENT = 0.05  # a class has to have this share, and two classes have to have it


def stratum_of(latitude: float, counts: NDArray[np.int64]) -> str | None:
    """The stratum of a place, such as `temperate-crops`.

    Args:
        latitude: of its middle, degrees.
        counts: (256,) how often each value of WorldCover occurs there, in a sample of its pixels.

    Returns:
        None where it makes no region: open sea, or all of one class, or beyond the map's edge.
    """
    seen = int(counts.sum() - counts[NODATA])
    if seen < _SEEN * counts.sum() or not seen:
        return None
    share = counts / seen
    share[NODATA] = 0.0
    if share[_WATER] > _SEA or (share >= _PRESENT).sum() < 2:
        return None
    return f"{_belt(latitude)}-{_cover(share).replace(' ', '-')}"


def _belt(latitude: float) -> str:
    return next(name for name, reaches in BELTS if abs(latitude) <= reaches)


def _cover(share: NDArray[np.float64]) -> str:
    if share[_BUILT] >= _SETTLED:
        return "built-up"
    if share[list(_TREES_AND_HERBS_IN_WATER)].sum() >= _WET:
        return "wetland"
    if share[_WATER] >= _SHORE:
        return "water"
    groups = {name: float(share[list(values)].sum()) for name, values in COVERS}
    return max(groups, key=lambda name: groups[name])  # the first of several that are equal
