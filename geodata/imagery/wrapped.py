"""Imagery over other imagery: whatever a kind of it does not change stays the other's."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime as dt

    import numpy as np
    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

    from geodata.cube import Cube
    from geodata.grid import Region, Window
    from geodata.imagery import ImagerySource
    from geodata.sensors import Band


class WrappedImagery:
    """An `ImagerySource` that is another one, but for what a class below it says.

    Args:
        imagery: the other one.
    """

    def __init__(self, imagery: ImagerySource) -> None:
        self._imagery = imagery

    @property
    def name(self) -> str:
        """As the other's."""
        return self._imagery.name

    @property
    def geobox(self) -> GeoBox:
        """As the other's."""
        return self._imagery.geobox

    @property
    def bounds_lonlat(self) -> tuple[float, float, float, float]:
        """As the other's."""
        return self._imagery.bounds_lonlat

    @property
    def bands(self) -> tuple[Band, ...]:
        """As the other's."""
        return self._imagery.bands

    @property
    def sensor(self) -> str:
        """As the other's."""
        return self._imagery.sensor

    @property
    def date(self) -> dt.date | None:
        """As the other's."""
        return self._imagery.date

    @property
    def day_of_year(self) -> NDArray[np.int64]:
        """As the other's."""
        return self._imagery.day_of_year

    @property
    def scaling(self) -> str:
        """As the other's."""
        return self._imagery.scaling

    @property
    def fingerprint(self) -> str:
        """As the other's."""
        return self._imagery.fingerprint

    def read_region(self, region: Region, window: Window) -> Cube:
        """As the other does."""
        return self._imagery.read_region(region, window)

    def read_pixels(self, region: Region, rows: NDArray[np.int64], cols: NDArray[np.int64]) -> Cube:
        """As the other does."""
        return self._imagery.read_pixels(region, rows, cols)

    def sample(self, region: Region, *, count: int = 4096, seed: int = 0) -> NDArray[np.float32]:
        """As the other does."""
        return self._imagery.sample(region, count=count, seed=seed)
