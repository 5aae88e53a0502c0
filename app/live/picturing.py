"""Tiles of imagery, whoever asks for them: of an adaptation, or of a source by its name."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from app.live.pictures import Picture
from app.live.region_tiles import region_tile

if TYPE_CHECKING:
    from rio_tiler.models import ImageData

    from app.live.grid import Tile
    from app.live.layers import Layer
    from app.sources import Opened
    from geodata.grid import Region, Window

_MOST_PICTURES: Final = 256

_Key = tuple[str, str, "Region", "Layer"]


class PictureDrawer:
    """Remembers how recent regions are shown; many threads may use it."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[_Key, Picture] = OrderedDict()
        self._lock = threading.Lock()

    def draw(self, opened: Opened, region: Region, layer: Layer, tile: Tile, window: Window) -> ImageData:
        """What a tile shows.

        Args:
            opened: the imagery.
            region: of it.
            layer: of imagery.
            tile: over the region.
            window: `MapGrid.under` the tile.

        Raises:
            NotFoundError: the imagery has no such bands.
            LandshotError: it cannot be read.
        """
        picture = self._picture(opened, region, layer)
        return region_tile(
            opened,
            region,
            tile,
            window,
            of_window=lambda part: picture.draw(opened, region, part),
            of_cube=picture.numbers,
            nodata=layer.nodata,
        )

    def _picture(self, opened: Opened, region: Region, layer: Layer) -> Picture:
        key = (opened.imagery.name, opened.imagery.fingerprint, region, layer)
        with self._lock:
            if key in self._pictures:
                self._pictures.move_to_end(key)
                return self._pictures[key]
        made = Picture.of(layer, opened.imagery, region)  # two that come at once find the same
        with self._lock:
            self._pictures[key] = made
            while len(self._pictures) > _MOST_PICTURES:
                self._pictures.popitem(last=False)
        return made
