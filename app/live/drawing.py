"""Tiles of an adaptation whose map is not there yet."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from app.adaptations.restoring import refuse_outdated, restored
from app.live.blocks import LiveMap, PredictedBlocks, values_of
from app.live.canvas import cut_tile
from app.live.grid import MapGrid
from app.live.layers import Layer
from app.live.pictures import Picture
from app.live.thinning import Thinning
from geodata.grid import Window

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import ThreadPoolExecutor

    from numpy.typing import NDArray
    from rio_tiler.models import ImageData

    from app.adaptations.desk import AdaptationDesk
    from app.adaptations.shelf import ImageryOf
    from app.adaptations.version import Version
    from app.live.grid import Tile
    from app.sources import Opened

MOST_WHOLE: Final = 1_048_576
"""Pixels of the map under a tile below the native zoom, up to which all of them are predicted."""

MOST_THINNED: Final = 262_144
"""Pixels that are predicted of more: every n-th row and column."""

_MOST_VERSIONS: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class LiveVersion:
    """A version that tiles are drawn of."""

    version: Version
    imagery: ImageryOf
    live: LiveMap
    pictures: dict[Layer, Picture] = field(default_factory=dict)


class TileDrawer:
    """Many threads may use it."""

    def __init__(self, desk: AdaptationDesk, predictors: ThreadPoolExecutor) -> None:
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
        region = known.live.region
        values_at = self._turning(known, opened, layer)
        pixels = window.height * window.width
        if MapGrid.of(region.geobox).is_native(tile) or pixels <= MOST_WHOLE:
            if layer.is_imagery:
                values = known.pictures[layer].draw(opened, region, window)
            else:
                values = _layer_of(self.blocks.read(known.live, opened, window), layer)
            return cut_tile(values, window, region.geobox, tile, nodata=layer.nodata)
        step = math.ceil(math.sqrt(pixels / MOST_THINNED))
        thin = Thinning.of(region, window, step)
        values = np.concatenate([values_at(cube) for cube in thin.read(opened)], axis=1)
        return cut_tile(values, Window(0, 0, *thin.shape), thin.geobox, tile, nodata=layer.nodata)

    def _turning(
        self, known: LiveVersion, opened: Opened, layer: Layer
    ) -> Callable[[NDArray[np.float32]], NDArray[np.uint8]]:
        """How reflectance (T, B, h, w) becomes what a layer shows (bands, h, w)."""
        if not layer.is_imagery:
            return lambda reflectance: _layer_of(values_of(known.live, reflectance), layer)
        if layer not in known.pictures:  # two that come at once find the same
            known.pictures[layer] = Picture.of(layer, opened.imagery, known.live.region)
        return known.pictures[layer].colours

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
