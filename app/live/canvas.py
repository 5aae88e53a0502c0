"""Some pixels of a map, cut into a tile exactly as the finished file would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rasterio.io import MemoryFile
from rio_tiler.models import ImageData

from app.live.cutting import cut
from geodata.gdal import gdal_settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

    from app.live.grid import Tile
    from geodata.grid import Window

_BLOCK = 512
"""As in the finished files: where a map is in Web Mercator already, rio-tiler looks at it."""


def cut_tile(
    values: NDArray[np.uint8], window: Window, geobox: GeoBox, tile: Tile, *, nodata: int
) -> ImageData:
    """What a tile shows of a map.

    Args:
        values: (bands, h, w) of a window of the map.
        window: in the map's pixels; all that the tile can show.
        geobox: of the whole map: how GDAL goes from its pixels to a tile's depends on all of it.
        tile: which.
        nodata: where there is nothing.
    """
    height, width = (int(side) for side in geobox.shape)
    # Blocks that nothing was written to take no memory, and are nodata.
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "height": height,
        "width": width,
        "count": 1,
        "dtype": "uint8",
        "nodata": nodata,
        "crs": str(geobox.crs),
        "transform": geobox.affine,
        "tiled": True,
        "blockxsize": _BLOCK,
        "blockysize": _BLOCK,
        "sparse_ok": True,
        "bigtiff": "if_safer",
    }
    box = ((window.row, window.row + window.height), (window.col, window.col + window.width))
    with gdal_settings():
        bands = [_cut_band(band, profile, box, tile) for band in values]
    return bands[0] if len(bands) == 1 else ImageData.create_from_list(bands)


def _cut_band(
    values: NDArray[np.uint8],
    profile: dict[str, Any],
    box: tuple[tuple[int, int], tuple[int, int]],
    tile: Tile,
) -> ImageData:
    with MemoryFile() as memory:
        with memory.open(**profile) as canvas:
            canvas.write(values, 1, window=box)
        with memory.open() as canvas:
            return cut(canvas, tile)
