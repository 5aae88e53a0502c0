"""Tiles of an adaptation whose map is not there yet."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.adaptations.restoring import refuse_outdated, restored
from app.live.blocks import LiveMap, PredictedBlocks, values_of
from app.live.grid import MapGrid
from app.live.layers import Layer
from app.live.region_tiles import region_tile

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    import numpy as np
    from numpy.typing import NDArray
    from rio_tiler.models import ImageData

    from app.adaptations.desk import AdaptationDesk
    from app.adaptations.shelf import ImageryOf
    from app.adaptations.version import Version
    from app.live.grid import Tile
    from app.live.picturing import PictureDrawer
    from app.sources import Opened
    from geodata.grid import Window

_MOST_VERSIONS: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class LiveVersion:
    """A version that tiles are drawn of."""

    version: Version
    imagery: ImageryOf
    live: LiveMap


class TileDrawer:
    """Many threads may use it."""

    def __init__(self, desk: AdaptationDesk, predictors: ThreadPoolExecutor, pictures: PictureDrawer) -> None:
        self.pictures = pictures
        self.blocks = PredictedBlocks(predictors)
        self._desk = desk
        self._versions: OrderedDict[tuple[str, int], LiveVersion] = OrderedDict()
        self._lock = threading.Lock()

    def draw(self, version: Version, layer: Layer, tile: Tile) -> ImageData | None:
        """What a tile shows; None where it lies beside the region.

        Raises:
            OutdatedAdaptationError: the imagery is not what the version was made from.
            LandshotError: the imagery cannot be read, or has no such bands.
        """
        window = MapGrid.of(version.summary.region.geobox).under(tile)
        if window is None:
            return None
        known = self._known(version)
        with known.imagery.borrowed() as imagery:
            return imagery.work(lambda opened: self._drawn(known, opened, layer, tile, window))

    def _drawn(
        self, known: LiveVersion, opened: Opened, layer: Layer, tile: Tile, window: Window
    ) -> ImageData:
        refuse_outdated(known.version, opened)
        live = known.live
        if layer.is_imagery:
            return self.pictures.draw(opened, live.region, layer, tile, window)
        return region_tile(
            opened,
            live.region,
            tile,
            window,
            of_window=lambda part: _layer_of(self.blocks.read(live, opened, part), layer),
            of_cube=lambda reflectance: _layer_of(values_of(live, reflectance), layer),
            nodata=layer.nodata,
        )

    def _known(self, version: Version) -> LiveVersion:
        key = (version.adaptation_id, version.number)
        with self._lock:
            if key in self._versions:
                self._versions.move_to_end(key)
                return self._versions[key]
        made = self._looked_up(version)
        with self._lock:
            self._versions[key] = made
            while len(self._versions) > _MOST_VERSIONS:
                self._versions.popitem(last=False)
        return made

    def _looked_up(self, version: Version) -> LiveVersion:
        from model.prediction import Predictor  # noqa: PLC0415 - torch

        adaptation = restored(self._desk.store, version)
        predictor = Predictor.of(adaptation.model)
        live = LiveMap(version.map_id, adaptation.region, predictor, adaptation.values)
        return LiveVersion(version, self._desk.imagery_of(version), live)


def _layer_of(predicted: NDArray[np.uint8], layer: Layer) -> NDArray[np.uint8]:
    """Class values and confidence (2, h, w) -> one of them (1, h, w)."""
    return predicted[:1] if layer is Layer.CLASSES else predicted[1:]
