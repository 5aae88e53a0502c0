"""A region through the model, tile by tile: reading and predicting go on at the same time, in bounded memory."""

from __future__ import annotations

import os
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geodata.grid import tiles

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from concurrent.futures import Future

    import numpy as np
    from numpy.typing import NDArray

    from app.sources import Opened
    from geodata.cube import Cube
    from geodata.grid import Region, Window
    from model.adapted import AdaptedModel

MEMORY_BYTES = 500_000_000
"""What tiles that are read and not yet written may take."""

_SMALLEST_TILE = 64
_SMALLEST_SHARED = 128
"""Pixels a side of tiles that a small region is cut into, so that each core has some."""

_LEAST_UNDER_WAY = 3
"""Tiles: one is read while another is predicted and a third one written."""


@dataclass(frozen=True, slots=True, eq=False)
class PredictedTile:
    """A part of a map."""

    window: Window

    classes: NDArray[np.uint8]
    """(h, w) class index, 255 where no date is clear."""

    confidence: NDArray[np.uint8]
    """(h, w) per cent, 255 where no date is clear."""

    observations: NDArray[np.uint16] | None
    """(h, w) how often a pixel was seen clear, where the imagery knows."""


@dataclass(frozen=True, slots=True)
class Streaming:
    """How a region is cut, which does not change the map."""

    tile_size: int
    """Pixels along a side."""

    under_way: int
    """Tiles at a time, from reading to writing."""

    @classmethod
    def within(
        cls, memory_bytes: int, *, shape: tuple[int, int], tile_size: int, dates: int, bands: int
    ) -> Streaming:
        """As many tiles as all cores can use: smaller ones for a small region, or where there is little memory.

        Args:
            memory_bytes: what they may take together.
            shape: of the region, pixels.
            tile_size: pixels along a side at most.
            dates: T.
            bands: B.
        """
        per_pixel = 4 * dates * bands
        size = tile_size
        while size // 2 >= _SMALLEST_SHARED and size**2 * 2 * _cores() > shape[0] * shape[1]:
            size //= 2
        while size // 2 >= _SMALLEST_TILE and _LEAST_UNDER_WAY * per_pixel * size**2 > memory_bytes:
            size //= 2
        affordable = memory_bytes // (per_pixel * size**2)
        return cls(size, max(1, min(2 * _cores() + 1, affordable)))


def predicted_tiles(
    adapted: AdaptedModel,
    opened: Opened,
    region: Region,
    streaming: Streaming,
    windows: Iterable[Window] | None = None,
) -> Iterator[PredictedTile]:
    """Map a region, row of tiles by row of tiles.

    Args:
        adapted: the model.
        opened: the imagery.
        region: the part of it.
        streaming: how it is cut.
        windows: some of its tiles, in their order; all when None.

    Raises:
        LandshotError: of reading the imagery.
    """
    from model.prediction import Predictor  # noqa: PLC0415 - torch is loaded by now, not before

    predictor = Predictor.of(adapted)

    def read(window: Window) -> tuple[Cube, NDArray[np.uint16] | None]:
        cube = opened.imagery.read_region(region, window)
        return cube, opened.count(region, window, cube) if opened.count else None

    def predict(window: Window, reading: Future[tuple[Cube, NDArray[np.uint16] | None]]) -> PredictedTile:
        cube, observations = reading.result()
        return PredictedTile(window, *predictor.predict(cube.reflectance), observations)

    workers = min(_cores(), streaming.under_way)
    readers = ThreadPoolExecutor(workers, thread_name_prefix="landshot-fetch")
    predictors = ThreadPoolExecutor(workers, thread_name_prefix="landshot-tile")
    try:
        with opened.ahead(region) if opened.ahead else nullcontext():
            under_way: deque[Future[PredictedTile]] = deque()
            for window in tiles(region.shape, streaming.tile_size) if windows is None else windows:
                under_way.append(predictors.submit(predict, window, readers.submit(read, window)))
                if len(under_way) >= streaming.under_way:
                    yield under_way.popleft().result()
            while under_way:
                yield under_way.popleft().result()
    finally:
        # What waits for a tile that will not be read has to be told so first.
        readers.shutdown(cancel_futures=True)
        predictors.shutdown(cancel_futures=True)


def _cores() -> int:
    return os.cpu_count() or 1
