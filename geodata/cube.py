"""Reflectance, as it travels from the ground to the learner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.sensors import Band


@dataclass(frozen=True, slots=True)
class Cube:
    """Reflectance of an area or of single pixels, over one or more dates."""

    reflectance: NDArray[np.float32]
    """(T, B, H, W); 1 is all light reflected; NaN is missing. Single pixels have H = n, W = 1."""

    bands: tuple[Band, ...]
    """(B,)"""

    day_of_year: NDArray[np.int64]
    """(T,); 1..366, or -1 where the date is not known."""

    def __post_init__(self) -> None:
        if self.reflectance.ndim != 4 or self.reflectance.dtype != np.float32:
            raise ValueError(
                f"reflectance is float32 (T, B, H, W), got {self.reflectance.dtype} {self.reflectance.shape}"
            )
        dates, bands = self.reflectance.shape[:2]
        if bands != len(self.bands):
            raise ValueError(f"{bands} bands of reflectance, but {len(self.bands)} are described")
        if self.day_of_year.shape != (dates,):
            raise ValueError(f"{dates} dates of reflectance, but {self.day_of_year.shape} days of the year")
