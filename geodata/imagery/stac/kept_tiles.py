"""Tiles of composites: from the cache, else made once, with their neighbours, by whoever wants them first."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from geodata.imagery.composite_tiles import CompositeTile

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from geodata.grid import Window
    from geodata.imagery.stac.absolute_tiles import TilePlace
    from geodata.imagery.stac.choice import ChosenStep
    from geodata.imagery.stac.tile_making import TileMaker, TileWork
    from geodata.imagery.tile_cache import TileCache


class KeptTiles:
    """What a maker makes, kept in a cache; many threads may use one."""

    def __init__(self, maker: TileMaker, cache: TileCache) -> None:
        self._maker = maker
        self._cache = cache
        self._lock = threading.Lock()
        self._in_the_making: dict[Hashable, threading.Lock] = {}

    def part(
        self,
        step: ChosenStep,
        place: TilePlace,
        window: Window,
        neighbours: Sequence[TilePlace],
        *,
        counts_only: bool = False,
    ) -> CompositeTile:
        """A part of a date's tile.

        Args:
            step: the date.
            place: the tile.
            window: the part, in the pixels that `place.window` counts in.
            neighbours: tiles that will be wanted too, this one among them: where it has to be made, they are made
                with it, because they lie in the same blocks of the scenes' files.
            counts_only: leave out the bands.

        Raises:
            ScenesLostError: some scenes cannot be read.
            OutputError: a tile cannot be kept.
        """
        work = self._maker.work(step, place.geobox)
        inside = window.shifted(-place.window.row, -place.window.col)
        if not work.days:
            return self._maker.empty((inside.height, inside.width))
        layers = [-1] if counts_only else None
        numbers = self._cache.get(work.key, inside, layers=layers)
        if numbers is None:
            with self._alone((step.step, neighbours[0].row, neighbours[0].col)):
                # Another thread may have made it meanwhile.
                numbers = self._cache.get(work.key, inside, layers=layers)
                if numbers is None:
                    made = self._make(step, work, neighbours).numbers
                    numbers = made[layers or slice(None)][:, *inside.slices]
        return CompositeTile(numbers)

    def make(self, step: ChosenStep, places: Sequence[TilePlace]) -> None:
        """Make a date's tiles where they are not there.

        Raises: as `part`.
        """
        for place in places:
            work = self._maker.work(step, place.geobox)
            if work.days and not self._cache.has(work.key):
                with self._alone((step.step, places[0].row, places[0].col)):
                    if not self._cache.has(work.key):
                        self._make(step, work, places)

    def _make(self, step: ChosenStep, wanted: TileWork, places: Sequence[TilePlace]) -> CompositeTile:
        """Make a tile, and those of its neighbours that are missing, as far as memory allows."""
        works = [self._maker.work(step, place.geobox) for place in places]
        missing = [
            work for work in works if work.key == wanted.key or (work.days and not self._cache.has(work.key))
        ]
        while len(missing) > 1 and self._maker.cost(missing) > self._maker.memory.limit // 2:
            half = len(missing) // 2
            first = missing[:half]
            missing = first if any(work.key == wanted.key for work in first) else missing[half:]
        tiles = self._maker.make(missing)
        for work, tile in zip(missing, tiles, strict=True):
            self._cache.put(work.key, tile.numbers, work.target)
        return next(t for work, t in zip(missing, tiles, strict=True) if work.key == wanted.key)

    @contextmanager
    def _alone(self, key: Hashable) -> Iterator[None]:
        """One thread makes some tiles, others that want them wait."""
        with self._lock:
            turn = self._in_the_making.setdefault(key, threading.Lock())
        with turn:
            try:
                yield
            finally:
                # Who waits already keeps this lock; who comes later finds the tiles.
                with self._lock:
                    self._in_the_making.pop(key, None)
