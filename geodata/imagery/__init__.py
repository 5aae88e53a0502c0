"""Sources of reflectance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import datetime as dt

    import numpy as np
    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

    from geodata.cube import Cube
    from geodata.grid import Region, Window
    from geodata.sensors import Band


class ImagerySource(Protocol):
    """What the pipeline asks of imagery, wherever it lies; many threads may use one.

    What is read of a pixel does not depend on how the region is cut into windows. A source whose parts can be lost
    on the way raises `ImageryChangedError` from every method that reads; `geodata.imagery.settling` begins again.
    """

    @property
    def name(self) -> str:
        """What users call it."""

    @property
    def geobox(self) -> GeoBox:
        """Its pixel grid."""

    @property
    def bounds_lonlat(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees WGS 84; west > east over the antimeridian."""

    @property
    def bands(self) -> tuple[Band, ...]:
        """Its bands of reflectance, in the order of every cube."""

    @property
    def sensor(self) -> str:
        """A key of `SENSORS`, or `custom`."""

    @property
    def date(self) -> dt.date | None:
        """Day of acquisition, where there is one, and it is known."""

    @property
    def day_of_year(self) -> NDArray[np.int64]:
        """(T,) of each date of every cube; -1 where it is not known, or too long to have one."""

    @property
    def scaling(self) -> str:
        """How stored numbers become reflectance, in a sentence."""

    @property
    def fingerprint(self) -> str:
        """Changes when anything that is read does (hexadecimal)."""

    def read_region(self, region: Region, window: Window) -> Cube:
        """Reflectance (T, B, h, w) of a window of the region; NaN where there is none."""

    def read_pixels(self, region: Region, rows: NDArray[np.int64], cols: NDArray[np.int64]) -> Cube:
        """Reflectance (T, B, n, 1) of single pixels of the region."""

    def sample(self, region: Region, *, count: int = 4096, seed: int = 0) -> NDArray[np.float32]:
        """Reflectance (n, T, B) of a random sample of the region's valid pixels, n <= count."""
