"""Tiles for map clients: from memory, from a map, or predicted now; the same tile is never made twice at once."""

from __future__ import annotations

import asyncio
import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app import __version__
from app.errors import BusyError, TileTimeoutError
from app.live.drawing import TileDrawer
from app.live.finished import FinishedTiles, file_of
from app.live.kept import KeptTiles
from app.live.layers import Layer, TileFormat, colours_of
from app.live.lookup import Lookup
from app.live.rendering import empty_tile, rendered
from geodata.errors import NotFoundError

if TYPE_CHECKING:
    from app.live.grid import MapGrid, Tile
    from app.live.lookup import Target
    from app.service import Service

TIMEOUT_S: Final = 10.0
"""For one tile; what is not there by then is made nevertheless, and kept."""

MOST_UNDER_WAY: Final = 1024
"""Tiles that may be made or waited for; each is small, and so is what a reader's screen shows."""


@dataclass(frozen=True, slots=True)
class Picked:
    """One tile, as it is asked for."""

    target: Target
    layer: Layer
    tile: Tile
    format: TileFormat

    @property
    def is_from_file(self) -> bool:
        """Whether a finished map shows it."""
        return self.target.has_map and not self.layer.is_imagery

    @property
    def is_settled(self) -> bool:
        """Whether it will never look otherwise: the map's file is there, or the tile shows its very pixels."""
        grid = self.target.grid
        return self.is_from_file or grid is None or self.layer.is_imagery or grid.is_native(self.tile)

    @property
    def etag(self) -> str:
        """Known before the tile is made. A tile of the map's own pixels has the same one live and from the file."""
        grid = self.target.grid
        is_native = grid is not None and grid.is_native(self.tile)
        kind = "pixels" if is_native else "overview" if self.is_from_file else "live"
        tile = self.tile
        asked = (self.target.map_id, kind, self.layer, tile.z, tile.x, tile.y, tile.size, self.format)
        return f'"{hashlib.sha256(repr((__version__, *asked)).encode()).hexdigest()[:32]}"'


class LiveTiles:
    """One per application, used by its event loop; everything slow happens in threads."""

    def __init__(self, service: Service, *, timeout_s: float = TIMEOUT_S) -> None:
        cores = os.cpu_count() or 1
        self.lookup = Lookup()
        self.finished = FinishedTiles()
        self._service = service
        self._timeout_s = timeout_s
        self._kept = KeptTiles()
        self._under_way: dict[str, asyncio.Future[bytes]] = {}
        # Few: each of them takes the interpreter from the event loop, which all others wait for.
        few = max(1, cores // 2)
        self._readers = ThreadPoolExecutor(few, thread_name_prefix="landshot-tiles")
        self._drawers = ThreadPoolExecutor(few, thread_name_prefix="landshot-live")
        self._predictors = ThreadPoolExecutor(cores, thread_name_prefix="landshot-predict")
        self.drawer = TileDrawer(service.adaptations, self._predictors)

    def close(self) -> None:
        """Let the tiles under way end."""
        for pool in (self._readers, self._drawers, self._predictors):
            pool.shutdown(cancel_futures=True)

    async def get(self, picked: Picked) -> bytes:
        """A tile, made where nobody has asked for it lately.

        Raises:
            TileTimeoutError: it takes too long.
            BusyError: too many others are being made.
            LandshotError: the imagery or the map cannot be read.
        """
        key = picked.etag
        if (kept := self._kept.get(key)) is not None:
            return kept
        made = self._under_way.get(key) or self._begun(key, picked)
        try:
            return await asyncio.wait_for(asyncio.shield(made), self._timeout_s)
        except TimeoutError:
            raise TileTimeoutError(
                f"The tile is still being made after {self._timeout_s:g} s; ask again in a few seconds, or for a "
                "larger zoom, where less of the imagery has to be read."
            ) from None

    async def grid_of_map(self, map_id: str) -> MapGrid:
        """The grid of a finished map.

        Raises:
            NotFoundError: there is no such map.
        """
        path = self._service.store.path(map_id, file_of(Layer.CLASSES))
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self.finished.grid, path)

    def _begun(self, key: str, picked: Picked) -> asyncio.Future[bytes]:
        if len(self._under_way) >= MOST_UNDER_WAY:
            raise BusyError(f"{MOST_UNDER_WAY} tiles are being made; try again in a few seconds.")
        pool = self._readers if picked.is_from_file else self._drawers
        made = asyncio.wrap_future(pool.submit(copy_context().run, self._made, picked))
        self._under_way[key] = made

        def settle(future: asyncio.Future[bytes]) -> None:
            del self._under_way[key]
            if not future.cancelled() and future.exception() is None:  # asked for, so that nobody complains
                self._kept.keep(key, future.result())

        made.add_done_callback(settle)
        return made

    def _made(self, picked: Picked) -> bytes:
        """In a thread."""
        if picked.is_from_file:
            try:
                with self._service.metrics.tile_timed("finished"):
                    return self._from_file(picked)
            except (NotFoundError, FileNotFoundError):  # the map went away in this moment
                if picked.target.version is None:
                    raise
        with self._service.metrics.tile_timed("live"):
            return self._drawn(picked)

    def _from_file(self, picked: Picked) -> bytes:
        path = self._service.store.path(picked.target.map_id, file_of(picked.layer))
        drawn = self.finished.draw(path, picked.tile)
        if drawn is None:
            return empty_tile(picked.layer, picked.tile.size, picked.format)
        return rendered(*drawn, picked.layer, picked.format)

    def _drawn(self, picked: Picked) -> bytes:
        version = picked.target.version
        if version is None:
            raise NotFoundError(
                f"The map {picked.target.id} has no imagery here, only an adaptation has: choose the layer classes or "
                "confidence."
            )
        image = self.drawer.draw(version, picked.layer, picked.tile)
        if image is None:
            return empty_tile(picked.layer, picked.tile.size, picked.format)
        return rendered(image, colours_of(version.summary.legend), picked.layer, picked.format)
