"""How Landshot runs GDAL."""

from __future__ import annotations

from typing import Final

import rasterio

BLOCK_CACHE_BYTES: Final = 64 * 2**20
"""GDAL's own choice is 5 % of the machine's memory. A map is written once and read once for its overviews, in order: a
larger cache would only grow with the region."""


def gdal_settings() -> rasterio.Env:
    """A context in which to read and write rasters: bounded block cache, all cores for (de)compression."""
    # rasterio takes GDAL_CACHEMAX in bytes; 256, as GDAL's manual has it, would switch the cache off.
    return rasterio.Env(GDAL_CACHEMAX=BLOCK_CACHE_BYTES, GDAL_NUM_THREADS="ALL_CPUS")
