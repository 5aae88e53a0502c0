"""Composites in whole numbers: what is kept is what is used, so that a cached tile is the tile itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

UNITS: Final = 20_000
"""Of 1 in reflectance: half a stored number of Sentinel-2, where medians of an even number of days lie; a
hundredth of the noise of any sensor."""


@dataclass(frozen=True, slots=True)
class CompositeTile:
    """Composited reflectance of an area, and how often it was seen clear."""

    numbers: NDArray[Any]
    """(B + 1, h, w) int16 or, where some reflectance is above 1.63, int32: reflectance in `UNITS`, the least
    number of the type where there is none; last, the count of clear days."""

    def __post_init__(self) -> None:
        if self.numbers.ndim != 3 or self.numbers.dtype not in (np.int16, np.int32):
            raise ValueError(f"a tile is int16 or int32 (B + 1, h, w), got {self.numbers.dtype}")

    @classmethod
    def of(cls, bands: Sequence[NDArray[Any]], counts: NDArray[np.uint16]) -> Self:
        """Put bands together.

        Args:
            bands: B times (h, w), of `in_units`.
            counts: (h, w) clear days; where there are none, no band has a value.
        """
        dtype = np.result_type(np.int16, *bands)
        numbers = np.empty((len(bands) + 1, *counts.shape), dtype=dtype)
        nothing = counts == 0
        for band, into in zip(bands, numbers, strict=False):
            into[:] = band
            into[nothing] = np.iinfo(dtype).min
        numbers[-1] = counts
        return cls(numbers)

    @property
    def counts(self) -> NDArray[np.uint16]:
        """(h, w) clear days."""
        return np.asarray(self.numbers[-1].astype(np.uint16))

    @property
    def reflectance(self) -> NDArray[np.float32]:
        """(B, h, w), NaN where there is none."""
        numbers = self.numbers[:-1]
        # Divided, not multiplied: that rounds to the nearest float of 0.1234, as a reader would write it.
        reflectance = numbers / np.float32(UNITS)
        reflectance[numbers == np.iinfo(numbers.dtype).min] = np.nan
        return np.asarray(reflectance, dtype=np.float32)


def in_units(reflectance: NDArray[np.float32]) -> NDArray[Any]:
    """One band (h, w), rounded to `UNITS`: int16 where it fits, else int32; 0 where there is none."""
    units = np.rint(np.nan_to_num(reflectance, nan=0.0) * np.float32(UNITS))
    fits = np.abs(units).max(initial=0.0) <= np.iinfo(np.int16).max
    return np.asarray(units.astype(np.int16 if fits else np.int32))
