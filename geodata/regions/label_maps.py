"""Reading WorldCover: overviews of its tiles to draw from, and the labels of a region's pixels."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import numpy as np
from affine import Affine
from odc.geo.geobox import GeoBox
from scipy.ndimage import maximum_filter, minimum_filter

from geodata.errors import ImageryFailedError
from geodata.imagery.stac.reading import AssetReader
from geodata.imagery.stac.retries import AssetError, Patience
from geodata.imagery.stac.signing import signer
from geodata.nearest import nearest
from geodata.regions.worldcover import NODATA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.imagery.stac.catalogue import Catalogue
    from geodata.imagery.stac.reading import NativePart
    from geodata.regions.worldcover import LabelTile

_PIXEL_M = 10.0  # of WorldCover, nearly


log = logging.getLogger("landshot")


class LabelMaps:
    """The tiles of a catalogue; many threads may use one.

    Raises (all methods):
        ImageryFailedError: a tile cannot be read, also after some patience.
    """

    def __init__(self, catalogue: Catalogue, patience: Patience | None = None) -> None:
        """Nothing is read yet."""
        self._catalogue = catalogue
        self._reader = AssetReader(signer(catalogue), patience or Patience())

    def look(self, tile: LabelTile, *, coarsest_m: float) -> NativePart | None:
        """All of a tile from an overview of it, whose pixels are at most so large; None where the file is damaged."""
        box = tile.bbox
        across = Affine(box.width, 0, box.west, 0, box.south - box.north, box.north)
        whole = GeoBox((1, 1), across, "EPSG:4326")
        try:
            return self._native(tile, whole, margin_m=0.0, coarsest_m=coarsest_m)
        except AssetError as error:
            if error.cause in ("gone", "damaged"):
                log.warning("%s is passed over: %s", self._named(tile), error.reason)
                return None
            raise self._failed(tile, error) from error

    def pure(self, tile: LabelTile, target: GeoBox) -> NDArray[np.uint8]:
        """Labels (h, w) of a grid's pixels, 0 where they are mixed.

        A pixel has a label where it and its eight neighbours have the same one throughout: where the map's pixels are
        finer than the grid's, all of them count. Satellites see some of a pixel's neighbours in it, and most of the
        map's errors lie along borders.
        """
        factor = max(1, round(abs(float(target.affine.a)) / _PIXEL_M))
        height, width = (int(n) for n in target.shape)
        fine = GeoBox((height * factor, width * factor), target.affine @ Affine.scale(1 / factor), target.crs)
        try:
            part = self._native(tile, fine, margin_m=_PIXEL_M, coarsest_m=0.0)
        except AssetError as error:
            raise self._failed(tile, error) from error
        if part is None:
            return np.zeros((height, width), dtype=np.uint8)
        found = nearest(part.values.astype(np.uint8), part.transform, part.crs, fine, beyond=NODATA)
        return _unanimous(found.reshape(height, factor, width, factor))

    def _native(
        self, tile: LabelTile, target: GeoBox, *, margin_m: float, coarsest_m: float
    ) -> NativePart | None:
        [part] = self._reader.native(tile.href, [target], margin_m=margin_m, coarsest_m=coarsest_m)
        return part

    def _failed(self, tile: LabelTile, error: AssetError) -> ImageryFailedError:
        return ImageryFailedError(f"{self._named(tile)} cannot be read: {error.reason}")

    def _named(self, tile: LabelTile) -> str:
        return f"the tile {tile.name} of {self._catalogue.name}"


def _unanimous(values: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(h, factor, w, factor) -> (h, w): the value of each pixel and all around it, 0 where there are several."""
    least = minimum_filter(values.min(axis=(1, 3)), size=3, mode="constant", cval=NODATA)
    most = maximum_filter(values.max(axis=(1, 3)), size=3, mode="constant", cval=NODATA)
    return np.where(least == most, least, np.uint8(NODATA))
