"""The dates of a box in tiles: which ones a window needs, who makes them, and in which order."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from geodata.imagery.stac.absolute_tiles import TilePlace, by_tile, neighbourhoods, tiles_of
from geodata.imagery.stac.kept_tiles import KeptTiles
from geodata.imagery.stac.read_ahead import ReadAhead

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future, ThreadPoolExecutor

    import numpy as np
    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

    from geodata.grid import Window
    from geodata.imagery.composite_tiles import CompositeTile
    from geodata.imagery.stac.choice import ChosenStep
    from geodata.imagery.stac.tile_making import TileMaker
    from geodata.imagery.tile_cache import TileCache

SQUARE = 4
"""Tiles along a side that are made together: a block of a COG is fetched twice then, instead of nine times."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What one tile has of one of the windows that were asked for."""

    asked: int
    """Number of the window."""

    step: int
    """Number of the date."""

    window: Window
    """Pixels of the image."""

    tile: CompositeTile
    """What these hold."""


class TiledBox:
    """Many threads may use it."""

    def __init__(
        self,
        geobox: GeoBox,
        steps: Sequence[ChosenStep],
        maker: TileMaker,
        *,
        cache: TileCache,
        pool: ThreadPoolExecutor,
        makers: int,
        tile_px: int,
    ) -> None:
        """Nothing is read yet.

        Args:
            geobox: the image.
            steps: its dates.
            maker: makes their tiles.
            cache: keeps them.
            pool: in which they are made.
            makers: threads in it.
            tile_px: side of a tile.
        """
        self._geobox = geobox
        self._steps = steps
        self._tiles = KeptTiles(maker, cache)
        self._pool = pool
        self._makers = makers
        self._tile_px = tile_px
        self._squares = {
            _square_of(square[0]): square for square in neighbourhoods(tiles_of(geobox, tile_px), SQUARE)
        }
        self._lock = threading.Lock()
        self._followed: list[tuple[ReadAhead, dict[tuple[int, int], int]]] = []

    def windows(self, area: Window) -> list[Window]:
        """A part of the image, cut by tiles, row by row."""
        return [place.window.clipped(area) for place in tiles_of(self._geobox, self._tile_px, area)]

    def grouped(
        self, rows: NDArray[np.int64], cols: NDArray[np.int64]
    ) -> list[tuple[Window, NDArray[np.int64]]]:
        """For each tile with some of these pixels a window that holds them, and their positions in `rows`."""
        return by_tile(self._geobox, self._tile_px, rows, cols)

    def pieces(
        self, windows: Sequence[Window], *, together: bool = False, counts_only: bool = False
    ) -> Iterator[Piece]:
        """All dates of some windows of the image, piece by piece.

        Args:
            windows: inside the image.
            together: make missing tiles with their neighbours, which will be wanted too.
            counts_only: leave out the bands.

        Raises:
            ScenesLostError: some scenes cannot be read.
            OutputError: tiles cannot be kept.
        """
        wanted = [
            (asked, step, place, place.window.clipped(window))
            for asked, window in enumerate(windows)
            if window.height and window.width
            for place in tiles_of(self._geobox, self._tile_px, window)
            for step in range(len(self._steps))
        ]
        if together:
            self._follow({_square_of(place) for _, _, place, _ in wanted})
        futures: list[Future[CompositeTile]] = [
            self._pool.submit(
                self._tiles.part,
                self._steps[step],
                place,
                part,
                self._squares[_square_of(place)] if together else [place],
                counts_only=counts_only,
            )
            for _, step, place, part in wanted
        ]
        try:
            for (asked, step, _, part), future in zip(wanted, futures, strict=True):
                yield Piece(asked, step, part, future.result())
        finally:
            for future in futures:
                future.cancel()

    @contextmanager
    def reading_ahead(self, area: Window) -> Iterator[None]:
        """While this lasts, tiles of a part of the image are made before anyone asks, row by row."""
        wanted = neighbourhoods(tiles_of(self._geobox, self._tile_px, area), SQUARE)
        squares = [self._squares[_square_of(square[0])] for square in wanted]
        things = [[partial(self._tiles.make, step, square) for step in self._steps] for square in squares]
        in_a_row = len({_square_of(square[0])[1] for square in squares})
        # One thread of those that make tiles is left to whoever asks for something else.
        ahead = ReadAhead(things, self._pool, at_once=max(1, self._makers - 1), ahead=in_a_row + 1)
        following = ahead, {_square_of(square[0]): number for number, square in enumerate(squares)}
        with self._lock:
            self._followed.append(following)
        try:
            with ahead.working():
                yield
        finally:
            with self._lock:
                self._followed.remove(following)

    def _follow(self, squares: set[tuple[int, int]]) -> None:
        """Tell those who read ahead how far the others are."""
        with self._lock:
            followed = list(self._followed)
        for ahead, numbers in followed:
            ahead.reached(max((numbers.get(square, -1) for square in squares), default=-1))


def _square_of(place: TilePlace) -> tuple[int, int]:
    return place.row // SQUARE, place.col // SQUARE
