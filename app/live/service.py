"""Tiles for map clients: from memory, from a map, or made now; the same tile is never made twice at once."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import TYPE_CHECKING, Final

from app.errors import BusyError, TileTimeoutError
from app.live.drawing import TileDrawer
from app.live.finished import FinishedTiles, file_of
from app.live.kept import KeptTiles
from app.live.layers import Layer, colours_of
from app.live.looks import LookChangedError, Looks
from app.live.lookup import Lookup
from app.live.picked import Picked, PickedImagery
from app.live.picturing import PictureDrawer
from app.live.rendering import empty_tile, rendered
from geodata.errors import NotFoundError

if TYPE_CHECKING:
    from rio_tiler.models import ImageData

    from app.live.grid import MapGrid
    from app.live.looks import Look
    from app.map_request import ImageryRequest
    from app.service import Service
    from app.sources import Opened

TIMEOUT_S: Final = 10.0
"""For one tile; what is not there by then is made nevertheless, and kept."""

MOST_UNDER_WAY: Final = 1024
"""Tiles that may be made or waited for; each is small, and so is what a reader's screen shows."""


class LiveTiles:
    """One per application, used by its event loop; everything slow happens in threads."""

    def __init__(self, service: Service, *, timeout_s: float = TIMEOUT_S) -> None:
        cores = os.cpu_count() or 1
        self.lookup = Lookup()
        self.looks = Looks(service)
        self.finished = FinishedTiles()
        self._service = service
        self._timeout_s = timeout_s
        self._kept = KeptTiles()
        self._under_way: dict[str, asyncio.Future[bytes]] = {}
        # Few: each of them takes the interpreter from the event loop, which all others wait for.
        few = max(1, cores // 2)
        self._readers = ThreadPoolExecutor(few, thread_name_prefix="landshot-tiles")
        self._drawers = ThreadPoolExecutor(few, thread_name_prefix="landshot-live")
        # Imagery of a catalogue is waited for, and whoever corrects labels must not wait for it.
        self._viewers = ThreadPoolExecutor(2 * few, thread_name_prefix="landshot-view")
        self._predictors = ThreadPoolExecutor(cores, thread_name_prefix="landshot-predict")
        self._pictures = PictureDrawer()
        self.drawer = TileDrawer(service.adaptations, self._predictors, self._pictures)

    def close(self) -> None:
        """Let the tiles under way end."""
        self.looks.close()
        for pool in (self._readers, self._drawers, self._viewers, self._predictors):
            pool.shutdown(cancel_futures=True)

    def deadline(self) -> float:
        """When, in the loop's time, somebody who asks now has waited long enough."""
        return asyncio.get_running_loop().time() + self._timeout_s

    async def look(self, name: str, asked: ImageryRequest, until: float) -> Look:
        """Imagery of a source, opened where it is not.

        Args:
            name: of the source.
            asked: part and period of it.
            until: a `deadline`.

        Raises:
            TileTimeoutError: it takes too long; it is opened nevertheless.
            LandshotError: see `Looks.find`.
        """
        try:
            return await asyncio.wait_for(self.looks.find(name, asked), _left(until))
        except TimeoutError:
            raise TileTimeoutError(
                f"The imagery of {name} is still being looked for after {self._timeout_s:g} s; ask again in a few "
                "seconds."
            ) from None

    async def get(self, picked: Picked | PickedImagery, until: float | None = None) -> bytes:
        """A tile, made where nobody has asked for it lately.

        Args:
            picked: which.
            until: a `deadline`; None: of now.

        Raises:
            TileTimeoutError: it takes too long.
            BusyError: too many others are being made.
            LandshotError: the imagery or the map cannot be read.
        """
        key = picked.etag
        if (kept := self._kept.get(key)) is not None:
            return kept
        made = self._under_way.get(key) or self._begun(key, picked)
        left = self._timeout_s if until is None else _left(until)
        try:
            return await asyncio.wait_for(asyncio.shield(made), left)
        except LookChangedError:
            if isinstance(picked, PickedImagery):
                self.looks.forget(picked.look)
            raise
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

    def _begun(self, key: str, picked: Picked | PickedImagery) -> asyncio.Future[bytes]:
        if len(self._under_way) >= MOST_UNDER_WAY:
            raise BusyError(f"{MOST_UNDER_WAY} tiles are being made; try again in a few seconds.")
        made = asyncio.wrap_future(self._pool_of(picked).submit(copy_context().run, self._made, picked))
        self._under_way[key] = made

        def settle(future: asyncio.Future[bytes]) -> None:
            del self._under_way[key]
            if not future.cancelled() and future.exception() is None:  # asked for, so that nobody complains
                self._kept.keep(key, future.result())

        made.add_done_callback(settle)
        return made

    def _pool_of(self, picked: Picked | PickedImagery) -> ThreadPoolExecutor:
        if isinstance(picked, PickedImagery):
            return self._viewers
        return self._readers if picked.is_from_file else self._drawers

    def _made(self, picked: Picked | PickedImagery) -> bytes:
        """In a thread."""
        if isinstance(picked, PickedImagery):
            with self._service.metrics.tile_timed("live"):
                return self._viewed(picked)
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

    def _viewed(self, picked: PickedImagery) -> bytes:
        look, tile = picked.look, picked.tile
        window = look.grid.under(tile)
        if window is None:
            return empty_tile(picked.layer, tile.size, picked.format)

        def drawn(opened: Opened) -> ImageData:
            look.refuse_changed(opened)
            return self._pictures.draw(opened, look.region, picked.layer, tile, window)

        with look.imagery.borrowed() as imagery:
            return rendered(imagery.work(drawn), {}, picked.layer, picked.format)


def _left(until: float) -> float:
    """Seconds."""
    return max(0.0, until - asyncio.get_running_loop().time())
