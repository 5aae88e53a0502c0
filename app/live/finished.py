"""Tiles of finished maps, from their files, which stay open."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import rasterio
from odc.geo.geobox import GeoBox

from app.live.cutting import cut
from app.live.grid import MapGrid
from app.live.layers import Layer
from app.store import CONFIDENCE, LANDCOVER
from geodata.gdal import gdal_settings

if TYPE_CHECKING:
    from pathlib import Path

    from rio_tiler.models import ImageData

    from app.live.grid import Tile
    from app.live.layers import Colours

_MOST_OPEN: Final = 8
"""Files of each thread."""


@dataclass(frozen=True, slots=True, eq=False)
class _Open:
    stamp: tuple[int, int]
    """Of the file: another one under the same name has another."""

    dataset: rasterio.DatasetReader
    geobox: GeoBox
    colours: Colours


class FinishedTiles:
    """Many threads may use it; each opens a file for itself, as GDAL wants it."""

    def __init__(self) -> None:
        self._mine = threading.local()

    def draw(self, path: Path, tile: Tile) -> tuple[ImageData, Colours] | None:
        """What a tile shows of a map's file, and the colours of its classes; None where it lies beside the map.

        Raises:
            OSError, RasterioError: the file cannot be read.
        """
        with gdal_settings():
            opened = self._open(path)
            if MapGrid.of(opened.geobox).under(tile) is None:
                return None
            return cut(opened.dataset, tile), opened.colours

    def grid(self, path: Path) -> MapGrid:
        """The grid of a map's file; errors as `draw`."""
        with gdal_settings():
            return MapGrid.of(self._open(path).geobox)

    def _open(self, path: Path) -> _Open:
        files: OrderedDict[Path, _Open] = self._mine.__dict__.setdefault("files", OrderedDict())
        stat = path.stat()
        stamp = (stat.st_ino, stat.st_mtime_ns)
        known = files.get(path)
        if known is None or known.stamp != stamp:
            if known is not None:
                known.dataset.close()
            files[path] = _opened(path, stamp)
            while len(files) > _MOST_OPEN:
                files.popitem(last=False)[1].dataset.close()
        files.move_to_end(path)
        return files[path]


def file_of(layer: Layer) -> str:
    """The file of a map that holds a layer; only for layers that are no imagery."""
    return CONFIDENCE if layer is Layer.CONFIDENCE else LANDCOVER


def _opened(path: Path, stamp: tuple[int, int]) -> _Open:
    dataset = rasterio.open(path, driver="GTiff")
    try:
        colours: Colours = dataset.colormap(1)
    except ValueError:  # of quantities
        colours = {}
    geobox = GeoBox(dataset.shape, dataset.transform, str(dataset.crs))
    return _Open(stamp, dataset, geobox, colours)
