"""Imagery that remembers random samples and labelled pixels: most of them stay when labels are corrected."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geodata.cube import Cube
from geodata.imagery.wrapped import WrappedImagery

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.grid import Region
    from geodata.imagery import ImagerySource

MOST_PIXELS: Final = 20_000
"""That are remembered: a series of twelve dates and ten bands takes half a kilobyte."""


class RememberedImagery(WrappedImagery):
    """An `ImagerySource` over another one, for one region; many threads may use it."""

    def __init__(self, imagery: ImagerySource) -> None:
        super().__init__(imagery)
        self._samples: dict[tuple[Any, ...], NDArray[np.float32]] = {}
        self._pixels: dict[tuple[int, int, int, int], NDArray[np.float32]] = {}
        self._lock = threading.Lock()
        self._drawing = threading.Lock()

    def read_pixels(self, region: Region, rows: NDArray[np.int64], cols: NDArray[np.int64]) -> Cube:
        """As the other does; pixels that were read before are not read again."""
        if len(rows) > MOST_PIXELS // 4:
            return self._imagery.read_pixels(region, rows, cols)
        origin = (region.row_off, region.col_off)
        keys = [(*origin, row, col) for row, col in zip(rows.tolist(), cols.tolist(), strict=True)]
        with self._lock:
            known = {key: self._pixels[key] for key in keys if key in self._pixels}
        new = [number for number, key in enumerate(keys) if key not in known]
        if new:
            read = self._imagery.read_pixels(region, rows[new], cols[new]).reflectance
            fresh = {keys[number]: read[:, :, place, 0].copy() for place, number in enumerate(new)}
            known |= fresh
            with self._lock:
                if len(self._pixels) + len(fresh) > MOST_PIXELS:
                    self._pixels.clear()
                self._pixels |= fresh
        shape = (len(self.day_of_year), len(self.bands), 0)
        values = [known[key][..., None] for key in keys] or [np.empty(shape, dtype=np.float32)]
        return Cube(np.concatenate(values, axis=2)[..., None], self.bands, self.day_of_year)

    def sample(self, region: Region, *, count: int = 4096, seed: int = 0) -> NDArray[np.float32]:
        """As the other does, once; whoever comes meanwhile waits."""
        key = (region.row_off, region.col_off, region.shape, count, seed)
        with self._drawing:
            if key not in self._samples:
                self._samples[key] = self._imagery.sample(region, count=count, seed=seed)
                self._samples[key].setflags(write=False)
            return self._samples[key]
