"""What a learner is shown of a region: labelled pixels, and an unlabelled sample of all others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class SupportSet:
    """The labelled pixels of a region as they come from imagery, and what the region looks like."""

    reflectance: NDArray[np.float32]
    """(n, T, B), NaN where a date is not clear."""

    class_index: NDArray[np.int64]
    """(n,) from 0 to ways - 1."""

    wavelengths_nm: NDArray[np.float64]
    """(B,) band centres."""

    background: NDArray[np.float32]
    """(m, T, B) fixed random sample of the region's pixels, unlabelled; NaN where a date is not clear."""

    def __post_init__(self) -> None:
        n, dates, bands = self.reflectance.shape
        if n == 0 or self.class_index.shape != (n,):
            raise ValueError(f"one class per labelled pixel: {self.class_index.shape} for {n} pixels")
        if self.wavelengths_nm.shape != (bands,) or self.background.shape[1:] != (dates, bands):
            raise ValueError("labelled pixels, background and wavelengths disagree on dates or bands")
