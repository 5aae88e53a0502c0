"""What building regions would download, before anything of them is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from geodata.imagery.stac.asset_bands import usual_bands
from geodata.imagery.stac.plan import BYTES_PER_NUMBER, BYTES_PER_SECOND

if TYPE_CHECKING:
    from geodata.imagery.stac.catalogue import Catalogue

TILE_PX: Final = 256
"""Side of the tiles that regions are read in: with larger ones more would be read around a small region."""

_BLOCK = 1024  # pixels along a side of a COG's blocks, which are fetched whole: those of Earth Search
_SENTINEL_2_M = {"B02": 10.0, "B03": 10.0, "B04": 10.0, "B08": 10.0, "B01": 60.0, "B09": 60.0}
_OTHER_SENTINEL_2_M = 20.0
_LANDSAT_M = 30.0


def bytes_of_a_day(catalogue: Catalogue, size_km: float) -> float:
    """What one date of imagery over one region takes, on the average over where it lies in the files.

    A region of n pixels meets (n + block) / block blocks along each side, so that most of what is fetched of a small
    region lies around it.

    Args:
        catalogue: of the imagery.
        size_km: side of the region.
    """
    landsat = any("landsat" in name for name in (*catalogue.collections, *catalogue.platforms))
    bands = usual_bands("landsat-9" if landsat else "sentinel-2", catalogue.bands)
    metres = size_km * 1000.0 + TILE_PX * catalogue.resolution_m
    sides = [
        metres / (_LANDSAT_M if landsat else _SENTINEL_2_M.get(band.name, _OTHER_SENTINEL_2_M)) + _BLOCK
        for band in bands
    ]
    return sum(side * side for side in sides) * BYTES_PER_NUMBER


def estimate_download(
    catalogue: Catalogue, *, size_km: float, regions: int, steps: int, days_per_step: int
) -> tuple[float, float]:
    """Bytes, and seconds as for a catalogue on another continent; masks and labels are small beside the bands.

    Args:
        catalogue: of the imagery.
        size_km: side of a region.
        regions: how many.
        steps: dates of each.
        days_per_step: days that are composited for each date.
    """
    whole = regions * steps * days_per_step * bytes_of_a_day(catalogue, size_km)
    return whole, whole / BYTES_PER_SECOND
