"""Predicted squares of maps that are not made yet: each is predicted once, whoever asks for it, and however often."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from geodata.grid import Window

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import ThreadPoolExecutor

    from numpy.typing import NDArray

    from app.sources import Opened
    from geodata.grid import Region
    from model.prediction import Predictor

SIDE: Final = 64
"""Pixels: little is predicted that a tile does not show, and its neighbours share what is."""

TOGETHER: Final = 2
"""Squares that are predicted together; each is a chunk of `model.prediction`."""

CACHE_BYTES: Final = 128 * 2**20

Block = tuple[int, int]
"""Row and column of a square."""


@dataclass(frozen=True, slots=True, eq=False)
class LiveMap:
    """All that predicting a map's pixels needs beside its imagery."""

    map_id: str
    region: Region
    predictor: Predictor
    values: NDArray[np.uint8]
    """(256,) class index -> value in the map."""


class PredictedBlocks:
    """A cache of bounded size; many threads may use it."""

    def __init__(self, pool: ThreadPoolExecutor, most_bytes: int = CACHE_BYTES) -> None:
        """Nothing is predicted yet.

        Args:
            pool: predicts; whoever asks must not be in it.
            most_bytes: what is kept.
        """
        self._pool = pool
        self._most = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[tuple[str, Block], NDArray[np.uint8]] = OrderedDict()
        self._under_way: dict[tuple[str, Block], Future[NDArray[np.uint8]]] = {}
        self._lock = threading.Lock()
        self.predicted = 0
        """Squares so far."""

    def read(self, live: LiveMap, opened: Opened, window: Window) -> NDArray[np.uint8]:
        """Class values and confidence (2, h, w) of a window of the map.

        Raises:
            LandshotError: of reading the imagery.
        """
        wanted = list(_blocks_in(window))
        found, others, mine = self._claim(live.map_id, wanted)
        try:
            self._predict(live, opened, mine)
        except BaseException as error:
            self._give_up(live.map_id, mine, error)
            raise
        for block, future in (mine | others).items():
            found[block] = future.result()
        return _assembled(found, window)

    def _claim(
        self, map_id: str, wanted: list[Block]
    ) -> tuple[
        dict[Block, NDArray[np.uint8]],
        dict[Block, Future[NDArray[np.uint8]]],
        dict[Block, Future[NDArray[np.uint8]]],
    ]:
        """What is there, what others are making, and what is now ours to make."""
        found, others, mine = {}, {}, {}
        with self._lock:
            for block in wanted:
                key = (map_id, block)
                if key in self._kept:
                    self._kept.move_to_end(key)
                    found[block] = self._kept[key]
                elif key in self._under_way:
                    others[block] = self._under_way[key]
                else:
                    mine[block] = self._under_way[key] = Future()
        return found, others, mine

    def _predict(self, live: LiveMap, opened: Opened, mine: dict[Block, Future[NDArray[np.uint8]]]) -> None:
        """Read row after row of squares, while those before are predicted."""
        height, width = live.region.shape
        waiting: list[tuple[list[Block], Future[NDArray[np.uint8]]]] = []
        for run in _runs(sorted(mine)):
            row, col = run[0][0] * SIDE, run[0][1] * SIDE
            strip = Window(row, col, min(SIDE, height - row), min(SIDE * len(run), width - col))
            cube = opened.imagery.read_region(live.region, strip)
            for first in range(0, len(run), TOGETHER):
                part = cube.reflectance[..., first * SIDE : (first + TOGETHER) * SIDE]
                waiting.append((run[first : first + TOGETHER], self._pool.submit(_predicted, live, part)))
        for blocks, future in waiting:
            values = future.result()
            for number, block in enumerate(blocks):
                square = values[..., number * SIDE : (number + 1) * SIDE].copy()
                self._keep((live.map_id, block), square, mine[block])

    def _keep(
        self, key: tuple[str, Block], values: NDArray[np.uint8], made: Future[NDArray[np.uint8]]
    ) -> None:
        with self._lock:
            self._under_way.pop(key, None)
            self.predicted += 1
            self._kept[key] = values
            self._bytes += values.nbytes
            while self._bytes > self._most:
                self._bytes -= self._kept.popitem(last=False)[1].nbytes
        made.set_result(values)

    def _give_up(
        self, map_id: str, mine: dict[Block, Future[NDArray[np.uint8]]], error: BaseException
    ) -> None:
        with self._lock:
            left = {block: future for block, future in mine.items() if not future.done()}
            for block in left:
                self._under_way.pop((map_id, block), None)
        for future in left.values():
            future.set_exception(error)


def values_of(live: LiveMap, reflectance: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Class values and confidence (2, h, w) of imagery (T, B, h, w), as the map will have them."""
    classes, confidence = live.predictor.predict(reflectance)
    return np.stack([live.values[classes], confidence])


def strips(window: Window, rows: int) -> Iterator[Window]:
    """A window in parts of so many rows."""
    for row in range(0, window.height, rows):
        yield Window(window.row + row, window.col, min(rows, window.height - row), window.width)


def _predicted(live: LiveMap, reflectance: NDArray[np.float32]) -> NDArray[np.uint8]:
    return values_of(live, np.ascontiguousarray(reflectance))


def _blocks_in(window: Window) -> Iterator[Block]:
    for row in range(window.row // SIDE, (window.row + window.height - 1) // SIDE + 1):
        for col in range(window.col // SIDE, (window.col + window.width - 1) // SIDE + 1):
            yield row, col


def _runs(blocks: list[Block]) -> Iterator[list[Block]]:
    """Squares that lie side by side."""
    run: list[Block] = []
    for block in blocks:
        if run and block != (run[-1][0], run[-1][1] + 1):
            yield run
            run = []
        run.append(block)
    if run:
        yield run


def _assembled(found: dict[Block, NDArray[np.uint8]], window: Window) -> NDArray[np.uint8]:
    whole = np.empty((2, window.height, window.width), dtype=np.uint8)
    for (row, col), values in found.items():
        place = Window(row * SIDE, col * SIDE, *values.shape[1:])
        shared = place.clipped(window)
        rows, cols = shared.shifted(-window.row, -window.col).slices
        from_rows, from_cols = shared.shifted(-place.row, -place.col).slices
        whole[:, rows, cols] = values[:, from_rows, from_cols]
    return whole
