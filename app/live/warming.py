"""Drawing a tile of nothing, so that no reader waits, and no probe, for what is loaded and found out only once."""

from __future__ import annotations

import logging

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox
from rasterio.errors import RasterioError
from rio_tiler.errors import RioTilerError

from app.live.canvas import cut_tile
from app.live.grid import MapGrid, Tile
from app.live.layers import Layer, TileFormat
from app.live.rendering import rendered
from geodata.grid import Window

log = logging.getLogger("landshot")

_SIDE = 64
_PLACE = GeoBox((_SIDE, _SIDE), Affine(10, 0, 600_000, 0, -10, 5_700_000), "EPSG:32631")
_TILE = Tile(14, 8394, 5453, 256)
"""Over that place."""


def warm_up_tiles() -> None:
    """Draw one, and throw it away. Where that fails maps are made all the same, and readers are told of their tiles."""
    grid = MapGrid.of(_PLACE)
    grid.under(_TILE)
    values = np.ones((1, _SIDE, _SIDE), dtype=np.uint8)
    try:
        image = cut_tile(values, Window(0, 0, _SIDE, _SIDE), _PLACE, _TILE, nodata=0)
        for format_ in TileFormat:
            rendered(image, {1: (0, 0, 0, 255)}, Layer.CLASSES, format_)
    except (RioTilerError, RasterioError) as error:
        log.warning("a tile cannot be drawn: %s", error)
