"""How sure the model was: of each class, and over the whole map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import rasterio

from geodata.gdal import gdal_settings
from geodata.maps import CONFIDENCE_NODATA, NODATA

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray
    from rasterio.windows import Window

BINS: Final = 10
_PERCENT: Final = 101


@dataclass(frozen=True, slots=True)
class ConfidenceFigures:
    """Of all pixels of a map that have a class."""

    by_class: Mapping[int, float]
    """Class value -> mean confidence, 0..1; classes that the map has nowhere are left out."""

    mean: float | None
    """None: no pixel has a class."""

    unsure: float
    """Share of pixels of which the model was less than half sure."""

    histogram: tuple[float, ...]
    """Share of pixels in each tenth, the last one with 100 %."""


def confidence_figures(landcover: Path, confidence: Path) -> ConfidenceFigures:
    """Read every pixel of both files, block by block; they have the same grid and blocks."""
    counts = np.zeros((256, 256), dtype=np.int64)  # [class value, per cent]
    with gdal_settings(), rasterio.open(landcover) as classes, rasterio.open(confidence) as percent:
        for _, window in classes.block_windows(1):
            counts += _joint(_read(classes, window), _read(percent, window))
    counts[NODATA] = 0
    counts[:, CONFIDENCE_NODATA] = 0
    counts = counts[:, :_PERCENT]
    shares = np.arange(_PERCENT) / 100
    pixels = counts.sum(axis=1)
    known = np.flatnonzero(pixels).tolist()
    overall = counts.sum(axis=0)
    total = int(overall.sum())
    if not total:
        return ConfidenceFigures({}, None, 0.0, (0.0,) * BINS)
    tenths = np.minimum(np.arange(_PERCENT) // BINS, BINS - 1)
    return ConfidenceFigures(
        by_class={value: float(counts[value] @ shares / pixels[value]) for value in known},
        mean=float(overall @ shares / total),
        unsure=float(overall[: _PERCENT // 2].sum() / total),
        histogram=tuple((np.bincount(tenths, weights=overall, minlength=BINS) / total).tolist()),
    )


def _read(source: rasterio.DatasetReader, window: Window) -> NDArray[np.uint8]:
    values: NDArray[np.uint8] = source.read(1, window=window)
    return values


def _joint(classes: NDArray[np.uint8], percent: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How often each class value has each per cent: (256, 256)."""
    keys = classes.astype(np.int64).ravel() * 256 + percent.ravel()
    return np.bincount(keys, minlength=65_536).reshape(256, 256)
