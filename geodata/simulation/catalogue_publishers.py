"""Who publishes scenes, and how: names of assets, grids, and what stored numbers mean."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from geodata.sensors import SENSORS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from geodata.sensors import Band
    from geodata.simulation.spectra import Floats32


@dataclass(frozen=True, slots=True)
class BandFile:
    """One band, as an asset."""

    band: Band
    key: str
    """Of the asset."""
    name: str
    """Of the band in `eo:bands`."""
    common_name: str | None
    file: str
    cells: int
    """Side of a pixel in cells of 10 m."""


@dataclass(frozen=True, slots=True)
class PublishedAs:
    """The manners of one publisher."""

    name: str
    collection: str
    title: str
    sensor: str
    bands: tuple[BandFile, ...]
    mask: Literal["scl", "qa_pixel"]
    mask_key: str
    mask_file: str
    mask_cells: int
    coarsest_cells: int
    """Grids are whole numbers of these."""
    grid_shift_m: float = 0.0
    """How far edges of pixels lie off whole multiples of their size."""

    def offset_kept(self, baseline: str) -> bool:
        """Whether stored numbers contain the 1000 that ESA adds from baseline 04.00 on."""
        return self.mask == "scl" and self.name != "earth-search" and baseline >= "04.00"

    def stored(self, reflectance: Floats32, baseline: str) -> NDArray[np.uint16]:
        """Reflectance as files hold it, never 0, which means nodata."""
        if self.mask == "qa_pixel":
            return _whole((reflectance + 0.2) / 2.75e-5, 65534)
        # No number is so low that who subtracts 1000 would find nodata: both ways of publishing agree.
        numbers = _whole(reflectance * 1e4, 64000)
        return numbers + np.uint16(1000 if self.offset_kept(baseline) else 0)


def _whole(numbers: Floats32, most: int) -> NDArray[np.uint16]:
    return np.asarray(np.clip(np.rint(numbers), 1, most), dtype=np.uint16)


_KEYS = {
    "B01": ("coastal", "coastal", 6), "B02": ("blue", "blue", 1), "B03": ("green", "green", 1),
    "B04": ("red", "red", 1), "B05": ("rededge1", "rededge", 2), "B06": ("rededge2", "rededge", 2),
    "B07": ("rededge3", "rededge", 2), "B08": ("nir", "nir", 1), "B8A": ("nir08", "nir08", 2),
    "B09": ("nir09", "nir09", 6), "B11": ("swir16", "swir16", 2), "B12": ("swir22", "swir22", 2),
}  # fmt: skip
_BANDS = {band.name: band for band in SENSORS["sentinel-2"].bands}
_LANDSAT = {band.name: band for band in SENSORS["landsat-9"].bands}
_NAMED = tuple(
    BandFile(_BANDS[name], key, name, common, f"{name}.tif", cells)
    for name, (key, common, cells) in _KEYS.items()
)
_NUMBERED = tuple(
    # Planetary Computer calls B8A a red edge too, and B09 nothing.
    BandFile(
        _BANDS[name], name, name, {"B8A": "rededge", "B09": None}.get(name, common), f"{name}.tif", cells
    )
    for name, (_, common, cells) in _KEYS.items()
)
_OPERATIONAL = tuple(
    BandFile(band, band.common_name, f"SR_{band.name}", band.common_name, f"SR_{band.name}.TIF", 3)
    for band in _LANDSAT.values()
    if band.name != "B1"
)

PUBLISHERS: Mapping[str, PublishedAs] = MappingProxyType(
    {
        published.name: published
        for published in (
            PublishedAs(
                "earth-search", "sentinel-2-l2a", "Sentinel-2 Level-2A", "sentinel-2", _NAMED,
                "scl", "scl", "SCL.tif", 2, 6,
            ),
            PublishedAs(
                "earth-search-c1", "sentinel-2-c1-l2a", "Sentinel-2 Collection 1 Level-2A", "sentinel-2",
                _NAMED, "scl", "scl", "SCL.tif", 2, 6,
            ),
            PublishedAs(
                "planetary-computer", "sentinel-2-l2a", "Sentinel-2 Level-2A", "sentinel-2", _NUMBERED,
                "scl", "SCL", "SCL.tif", 2, 6,
            ),
            # The middle of a Landsat pixel, not its corner, lies on multiples of 30 m.
            PublishedAs(
                "landsat", "landsat-c2-l2", "Landsat Collection 2 Level-2", "landsat-9", _OPERATIONAL,
                "qa_pixel", "qa_pixel", "QA_PIXEL.TIF", 3, 6, grid_shift_m=15.0,
            ),
        )
    }
)  # fmt: skip
"""By name."""
