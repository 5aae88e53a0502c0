"""A raster -> what a web map tile shows of it, by the nearest pixel: classes cannot be mixed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rio_tiler import reader

from app.live.grid import MERCATOR

if TYPE_CHECKING:
    from rasterio.io import DatasetReader
    from rio_tiler.models import ImageData

    from app.live.grid import Tile


def cut(dataset: DatasetReader, tile: Tile) -> ImageData:
    """The tile; where the raster shows nothing it is masked.

    Args:
        dataset: of the thread that calls this, with one band: of several, GDAL warps all that lies between the pixels
            that a low zoom shows, which takes minutes.
        tile: not far from the raster, as `MapGrid.under` says.
    """
    return reader.part(
        dataset, tile.bounds, dst_crs=MERCATOR, bounds_crs=MERCATOR, height=tile.size, width=tile.size
    )
