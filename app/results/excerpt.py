"""A part of a finished map as a GeoTIFF of its own, on the same pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import rasterio
from rasterio.windows import Window as RasterWindow

from app.results.boxes import part_of
from geodata.grid import Window, tiles
from geodata.map_vrt import MapLayer, categories
from geodata.maps import NODATA
from geodata.raw_layer import RawLayer

if TYPE_CHECKING:
    from pathlib import Path

    from app.results.classes import MappedClasses

MOST_PIXELS = 100_000_000
"""Of one excerpt: some seconds of one core, and as many bytes on disk while it is made."""

INSTEAD = "choose a smaller bbox, or read parts of the whole file: it answers ranges"

_TILE = 2048
"""Pixels a side that are in memory at once."""


def write_excerpt(landcover: Path, mapped: MappedClasses, window: Window, target: Path) -> None:
    """Write a COG with the values, colours and tags of a map.

    Args:
        landcover: the map.
        mapped: its classes and grid.
        window: of the map's pixels; what lies outside of the map is nodata.
        target: where the COG goes; other files are made beside it.

    Raises:
        OSError, RasterioError: the disk is full.
    """
    grid = mapped.geobox
    height, width = (int(n) for n in grid.shape)
    inside = window.clipped(Window(0, 0, height, width))
    layer = RawLayer(target, part_of(grid, window), dtype=np.uint8)
    try:
        layer.reserve(NODATA)
        with rasterio.open(landcover) as source:
            tags = {name: text for name, text in source.tags().items() if name != "AREA_OR_POINT"}
            for tile in tiles((inside.height, inside.width), _TILE):
                part = tile.shifted(inside.row, inside.col)
                values = source.read(1, window=RasterWindow(part.col, part.row, part.width, part.height))
                layer.write(part.shifted(-window.row, -window.col), values)
        # Pixels and areas go to a sidecar, which a single file does not have.
        nothing = {entry.value: 0 for entry in mapped}
        table = categories(mapped.legend, nothing, dict.fromkeys(nothing, 0.0))
        layer.make(MapLayer("land_cover", NODATA, "MODE", tags, table))
    finally:
        layer.close()
