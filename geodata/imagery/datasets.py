"""One local file as GDAL sees it: opening it, reading stored numbers, and what to say where that fails."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from rasterio.errors import RasterioError

from geodata.errors import ImageryError
from geodata.grid import Window
from geodata.imagery.layout import Layout, missing_pixels
from geodata.imagery.local import is_vrt
from geodata.imagery.sampling import sample_valid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from geodata.band_names import IdentifiedBands


def open_dataset(path: Path) -> rasterio.DatasetReader:
    """The dataset of a local file, whatever its name looks like."""
    # Absolute, so that no name is taken for one of GDAL's prefixes; with a driver, so that it is not guessed.
    return rasterio.open(path.resolve(), driver="VRT" if is_vrt(path) else "GTiff")


def read_stored(
    dataset: rasterio.DatasetReader,
    identified: IdentifiedBands,
    layout: Layout,
    window: Window,
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Stored numbers (B, h, w), and which pixels are missing (h, w)."""
    indexes = [i + 1 for i in identified.indexes]
    box = ((window.row, window.row + window.height), (window.col, window.col + window.width))
    stored = dataset.read(indexes, window=box)
    missing = missing_pixels(stored, layout.nodata)
    if layout.masked:
        missing |= (dataset.read_masks(indexes, window=box) == 0).any(axis=0)
    return stored, missing


def look_at(
    dataset: rasterio.DatasetReader, identified: IdentifiedBands, layout: Layout
) -> NDArray[np.float32]:
    """Some valid pixels (n, B) as stored."""

    def read(window: Window) -> NDArray[np.float32]:
        stored, missing = read_stored(dataset, identified, layout, window)
        return np.where(missing, np.float32(np.nan), stored.astype(np.float32))

    height, width = layout.geobox.shape
    return sample_valid(read, Window(0, 0, height, width), count=1024, rng=np.random.default_rng(0))


@contextmanager
def refusals(path: Path, doing: str) -> Iterator[None]:
    """Turn what GDAL says into what a user can act on."""
    try:
        yield
    except RasterioError as error:
        # GDAL's own words are in the cause, rasterio's only say that there is one.
        reason = str(error.__cause__ or error)
        raise ImageryError(
            # Without the folder: whoever asks for a map need not know how the server's disk is laid out.
            f"{path.name}: the imagery cannot be {doing}: {reason}. The file is damaged, cut off, or no "
            f"GeoTIFF, COG or VRT; compare its size ({path.stat().st_size if path.exists() else 0:,} bytes) "
            "with the original, and copy it again"
        ) from error
