"""A tile of a region that is not on disk: of all the pixels under it, or of every n-th where these are too many."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from app.live.canvas import cut_tile
from app.live.grid import MapGrid
from app.live.thinning import Thinning
from geodata.grid import Window

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from rio_tiler.models import ImageData

    from app.live.grid import Tile
    from app.sources import Opened
    from geodata.grid import Region

MOST_WHOLE: Final = 1_048_576
"""Pixels of the region under a tile below the native zoom, up to which all of them are made."""

MOST_THINNED: Final = 262_144
"""Pixels that are made of more: every n-th row and column."""


def region_tile(
    opened: Opened,
    region: Region,
    tile: Tile,
    window: Window,
    *,
    of_window: Callable[[Window], NDArray[np.uint8]],
    of_cube: Callable[[NDArray[np.float32]], NDArray[np.uint8]],
    nodata: int,
) -> ImageData:
    """What a tile shows.

    Args:
        opened: the imagery, where not all pixels are made.
        region: of the imagery.
        tile: over the region.
        window: `MapGrid.under` the tile.
        of_window: makes the numbers (n, h, w) of a window.
        of_cube: makes the same numbers of reflectance (T, B, h, w).
        nodata: number where there is nothing.

    Raises:
        LandshotError: of reading the imagery.
    """
    pixels = window.height * window.width
    if MapGrid.of(region.geobox).is_native(tile) or pixels <= MOST_WHOLE:
        return cut_tile(of_window(window), window, region.geobox, tile, nodata=nodata)
    thin = Thinning.of(region, window, math.ceil(math.sqrt(pixels / MOST_THINNED)))
    values = np.concatenate([of_cube(cube) for cube in thin.read(opened)], axis=1)
    return cut_tile(values, Window(0, 0, *thin.shape), thin.geobox, tile, nodata=nodata)
