"""What the learner is shown of a region: the labelled pixels, and a random sample of all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geodata.errors import LabelsError, NoClearImageryError
from geodata.label_pixels import locate_labels, nodata_faults

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.grid import Region
    from geodata.imagery import ImagerySource
    from geodata.label_pixels import LabelledPixels
    from geodata.labels import LabelSet
    from geodata.legend import Legend
    from model.adapted import AdaptedModel
    from model.checkpoint import Initialization

MAX_PIXELS_PER_CLASS = 1000
"""Large polygons label more pixels than there is to learn from, and each costs the inner loop time."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Pixels of a region, some of them with their class."""

    reflectance: NDArray[np.float32]
    """(n, T, B) of the labelled pixels, NaN where a date is missing."""

    class_index: NDArray[np.int64]
    """(n,) position in the legend."""

    background: NDArray[np.float32]
    """(m, T, B) of a fixed random sample of the region's valid pixels, m >= 1."""

    wavelengths_nm: NDArray[np.float64]
    """(B,) band centres."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """The labelled pixels of a region that have a value on some date."""

    reflectance: NDArray[np.float32]
    """(n, T, B), NaN where a date is missing."""

    pixels: LabelledPixels
    """Which these are, and whose."""

    @property
    def class_index(self) -> NDArray[np.int64]:
        """(n,) position in the legend."""
        return self.pixels.class_index

    @property
    def handful(self) -> Labelled:
        """Those that the learner is shown: of each class `MAX_PIXELS_PER_CLASS` at most, evenly spread over it."""
        used = _handful(self.class_index)
        return Labelled(np.ascontiguousarray(self.reflectance[used]), self.pixels.select(used))


def read_labelled(labels: LabelSet, legend: Legend, imagery: ImagerySource, region: Region) -> Labelled:
    """Read the pixels that labels name.

    Raises:
        LabelsError: labels that cannot be used, each by its index.
        ImageryError: the imagery is damaged.
    """
    pixels = locate_labels(labels, legend, region)
    cube = imagery.read_pixels(region, pixels.rows, pixels.cols)
    reflectance = cube.reflectance[..., 0].transpose(2, 0, 1)  # (n, T, B)
    clear = np.asarray(np.isfinite(reflectance).all(axis=2))  # (n, T): all bands
    seen = np.asarray(clear.any(axis=1))
    if faults := nodata_faults(pixels, seen):
        raise LabelsError("labels lie where the imagery has no data", faults)
    return Labelled(reflectance[seen], pixels.select(seen))


def pixels_of_classes(legend: Legend, class_index: NDArray[np.int64]) -> dict[str, int]:
    """Class name -> pixels, of the classes that have some."""
    counts = np.bincount(class_index, minlength=len(legend)).tolist()
    return {entry.name: count for entry, count in zip(legend, counts, strict=True) if count}


def draw_samples(labels: LabelSet, legend: Legend, imagery: ImagerySource, region: Region) -> Samples:
    """Read the labelled pixels, of each class `MAX_PIXELS_PER_CLASS` at most, and the background.

    Raises:
        LabelsError: labels that cannot be used, each by its index.
        NoClearImageryError: no pixel of the region has a value.
        ReflectanceError: the values cannot be reflectance.
        ImageryError: the imagery is damaged.
    """
    labelled = read_labelled(labels, legend, imagery, region).handful
    background = imagery.sample(region)
    if not len(background):
        raise NoClearImageryError("no pixel of the region has a value in all bands; choose another region")
    return Samples(
        reflectance=labelled.reflectance,
        class_index=labelled.class_index,
        background=background,
        wavelengths_nm=np.array([band.wavelength_nm for band in imagery.bands]),
    )


def adapt_to(samples: Samples, initialization: Initialization) -> AdaptedModel:
    """The inner loop."""
    from model.adapted import adapt  # noqa: PLC0415 - torch is loaded by now, not before
    from model.support import SupportSet  # noqa: PLC0415

    support = SupportSet(
        reflectance=samples.reflectance,
        class_index=samples.class_index,
        wavelengths_nm=samples.wavelengths_nm,
        background=samples.background,
    )
    return adapt(initialization, support)


def _handful(class_index: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(n,) the labelled pixels to learn from, evenly spread over those of each class."""
    used = np.zeros(len(class_index), dtype=np.bool_)
    for index in np.unique(class_index):
        candidates = np.flatnonzero(class_index == index)
        count = min(len(candidates), MAX_PIXELS_PER_CLASS)
        used[candidates[np.linspace(0, len(candidates) - 1, count).astype(np.int64)]] = True
    return used
