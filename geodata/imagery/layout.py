"""What a raster file says about itself, and which of its pixels are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from odc.geo.geobox import GeoBox
from rasterio.enums import ColorInterp, MaskFlags

from geodata.errors import ImageryError
from geodata.imagery.dates import date_of

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    import rasterio
    from numpy.typing import NDArray

    from geodata.band_names import IdentifiedBands


@dataclass(frozen=True, slots=True)
class Layout:
    """What a file says about itself."""

    geobox: GeoBox
    """Its pixel grid."""

    dtype: np.dtype[np.generic]
    """Of the stored numbers."""

    block: tuple[int, int]
    """Height and width of the blocks that it is stored in."""

    nodata: tuple[float | None, ...]
    """(B,) of the chosen bands."""

    masked: bool
    """Has a mask of its own beside, or instead of, nodata values."""

    date: date | None
    """Day of acquisition."""


def layout_of(dataset: rasterio.DatasetReader, identified: IdentifiedBands, path: Path) -> Layout:
    """Look at an open rasterio dataset.

    Raises:
        ImageryError: it has no place on Earth, or its bands hold different types of numbers.
    """
    if dataset.crs is None or dataset.transform.is_identity:
        raise ImageryError(
            f"{path}: the file does not say where on Earth it lies; give it a coordinate system and a "
            "transform (gdal_translate -a_srs EPSG:... -a_ullr west north east south)"
        )
    epsg = dataset.crs.to_epsg()
    geobox = GeoBox(
        (dataset.height, dataset.width), dataset.transform, f"EPSG:{epsg}" if epsg else dataset.crs.to_wkt()
    )
    if len(kinds := {dataset.dtypes[i] for i in identified.indexes}) > 1 or any(
        "complex" in kind for kind in kinds
    ):
        raise ImageryError(
            f"{path}: the bands hold {', '.join(sorted(kinds))}; they should hold one type of real numbers"
        )
    flags = [dataset.mask_flag_enums[i] for i in identified.indexes]
    # Four bands of anything are often stored as if they were red, green, blue and alpha.
    no_alpha = any(dataset.colorinterp[i] == ColorInterp.alpha for i in identified.indexes)
    return Layout(
        geobox=geobox,
        dtype=np.dtype(dataset.dtypes[identified.indexes[0]]),
        block=dataset.block_shapes[identified.indexes[0]],
        nodata=tuple(dataset.nodatavals[i] for i in identified.indexes),
        masked=not no_alpha
        and any(MaskFlags.all_valid not in flag and MaskFlags.nodata not in flag for flag in flags),
        date=date_of(dataset.tags(), path.name),
    )


def missing_pixels(stored: NDArray[Any], nodata: tuple[float | None, ...]) -> NDArray[np.bool_]:
    """(h, w): any band is nodata or no number; without a nodata value, whole numbers that are all 0."""
    floating = np.issubdtype(stored.dtype, np.floating)
    missing = np.zeros(stored.shape[1:], dtype=np.bool_)
    for band, value in zip(stored, nodata, strict=True):
        if floating:
            missing |= ~np.isfinite(band)
        if value is not None and np.isfinite(value) and _holds(stored.dtype, value):
            missing |= band == stored.dtype.type(value)
    if not floating and all(value is None for value in nodata):
        missing |= ~stored.any(axis=0)
    return missing


def _holds(dtype: np.dtype[Any], value: float) -> bool:
    """Whether numbers of this type can have the value at all; files do declare -9999 for unsigned ones."""
    if np.issubdtype(dtype, np.floating):
        return True
    limits = np.iinfo(dtype)
    return bool(limits.min <= value <= limits.max) and float(value).is_integer()
