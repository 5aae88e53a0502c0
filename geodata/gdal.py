"""How Landshot runs GDAL."""

from __future__ import annotations

from typing import Final

import rasterio

BLOCK_CACHE_BYTES: Final = 256 * 2**20
"""GDAL's own choice is 5 % of the machine's memory, which on a large server is more than a map needs."""


def gdal_settings() -> rasterio.Env:
    """A context in which to read and write rasters: bounded block cache, all cores for (de)compression."""
    # rasterio takes GDAL_CACHEMAX in bytes; 256, as GDAL's manual has it, would switch the cache off.
    return rasterio.Env(GDAL_CACHEMAX=BLOCK_CACHE_BYTES, GDAL_NUM_THREADS="ALL_CPUS")
