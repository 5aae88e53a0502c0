"""Sources of reflectance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

    from geodata.cube import Cube
    from geodata.grid import Region, Window
    from geodata.sensors import Band


class ImagerySource(Protocol):
    """What the pipeline asks of imagery, wherever it lies."""

    @property
    def name(self) -> str:
        """What users call it."""

    @property
    def geobox(self) -> GeoBox:
        """Its pixel grid."""

    @property
    def bands(self) -> tuple[Band, ...]:
        """Its bands of reflectance, in the order of every cube."""

    def read_region(self, region: Region, window: Window) -> Cube:
        """Reflectance (T, B, h, w) of a window of the region; NaN where there is none."""

    def read_pixels(self, region: Region, rows: NDArray[np.int64], cols: NDArray[np.int64]) -> Cube:
        """Reflectance (T, B, n, 1) of single pixels of the region."""

    def sample(self, region: Region, *, count: int = 4096, seed: int = 0) -> NDArray[np.float32]:
        """Reflectance (n, T, B) of a random sample of the region's valid pixels, n <= count."""
