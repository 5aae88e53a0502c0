"""Imagery that somebody looks at by its name, with no labels, and no adaptation, yet."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from app.adaptations.shelf import ImageryOf
from app.errors import BusyError, TileTimeoutError
from app.limits import refuse_too_many_pixels
from app.live.bands import bands_of, imagery_layers
from app.live.grid import MapGrid
from app.sources.images import ImageSource
from geodata.grid import region_on_grid

if TYPE_CHECKING:
    from app.live.layers import Layer
    from app.map_request import ImageryRequest
    from app.service import Service
    from app.sources import Opened, Source
    from geodata.grid import Region

KNOWN_FOR_S: Final = 60.0
"""How long what was found out counts, before it is made sure that the imagery is still open."""

MOST_OPENING: Final = 64
"""Searches of catalogues that may be under way or wait."""

_OPENERS: Final = 8
_MOST: Final = 1000

_Key = tuple[str, "ImageryRequest"]


class LookChangedError(TileTimeoutError):
    """Imagery that is not what it was when somebody began to look at it: scenes came, or were lost."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A region of some imagery, as tiles show it."""

    name: str
    """Of the source."""

    asked: ImageryRequest
    imagery: ImageryOf
    fingerprint: str
    """Of the imagery; changes when anything that is read does."""

    region: Region
    wavelengths_nm: tuple[float, ...]
    """(B,) band centres."""

    @classmethod
    def of(cls, asked: ImageryRequest, imagery: ImageryOf, opened: Opened, *, most_pixels: int) -> Look:
        """Of imagery that is open.

        Raises:
            LandshotError: it has no such region, or the region is too large.
        """
        shown = opened.imagery
        region = region_on_grid(opened.bbox, shown.geobox)
        refuse_too_many_pixels(region, most_pixels)
        _ = MapGrid.of(region.geobox)  # not in the event loop
        wavelengths = tuple(band.wavelength_nm for band in shown.bands)
        return cls(shown.name, asked, imagery, shown.fingerprint, region, wavelengths)

    @property
    def grid(self) -> MapGrid:
        """As tiles see the region."""
        return MapGrid.of(self.region.geobox)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """What there is to see."""
        return imagery_layers([self.wavelengths_nm])

    def refuse_absent(self, layer: Layer) -> None:
        """Raise NotFoundError where the imagery has no bands for a layer."""
        bands_of(layer, self.name, self.wavelengths_nm)

    def refuse_changed(self, opened: Opened) -> None:
        """Raise LookChangedError where this is of other imagery than there is now."""
        if opened.imagery.fingerprint != self.fingerprint:
            raise LookChangedError(
                f"The imagery of {self.name} has changed in this moment: scenes came or went; ask again in a few "
                "seconds."
            )


class Looks:
    """One per application, used by its event loop; what is slow happens in threads.

    A catalogue that is searched holds up nobody who looks at something else, and is searched once for all who ask.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._known: OrderedDict[_Key, tuple[float, Look]] = OrderedDict()
        self._under_way: dict[_Key, asyncio.Future[Look]] = {}
        self._openers = ThreadPoolExecutor(_OPENERS, thread_name_prefix="landshot-open")

    def close(self) -> None:
        """Let what is being opened end."""
        self._openers.shutdown(cancel_futures=True)

    async def find(self, name: str, asked: ImageryRequest) -> Look:
        """Imagery of a source; whoever gives up leaves it to be there for the next one.

        Raises:
            NotFoundError: there is no such source.
            BusyError: too many catalogues are being searched.
            LandshotError: the source refuses the request, or there is no imagery.
        """
        source = self._service.source(name)
        key = (source.name, asked)
        until, look = self._known.get(key, (0.0, None))
        if look is not None and time.monotonic() < until:
            self._known.move_to_end(key)
            return look
        return await asyncio.shield(self._under_way.get(key) or self._begun(key, source, asked))

    def forget(self, look: Look) -> None:
        """Look again: the imagery has changed."""
        self._known.pop((look.name, look.asked), None)

    def _begun(self, key: _Key, source: Source, asked: ImageryRequest) -> asyncio.Future[Look]:
        if isinstance(source, ImageSource):  # which is open; it must not wait for catalogues
            opening: asyncio.Future[Look] = asyncio.ensure_future(
                asyncio.to_thread(self._opened, source, asked)
            )
        elif len(self._under_way) >= MOST_OPENING:
            raise BusyError(f"{MOST_OPENING} searches for imagery are under way; try again in a few seconds.")
        else:
            submitted = self._openers.submit(copy_context().run, self._opened, source, asked)
            opening = asyncio.wrap_future(submitted)
        self._under_way[key] = opening

        def settle(future: asyncio.Future[Look]) -> None:
            del self._under_way[key]
            if not future.cancelled() and future.exception() is None:  # asked for, so that nobody complains
                self._known[key] = (time.monotonic() + KNOWN_FOR_S, future.result())
                while len(self._known) > _MOST:
                    self._known.popitem(last=False)

        opening.add_done_callback(settle)
        return opening

    def _opened(self, source: Source, asked: ImageryRequest) -> Look:
        """In a thread."""
        source.check(asked)
        imagery = ImageryOf(self._service.adaptations.shelf, source, asked)
        most = self._service.settings.max_pixels
        with imagery.borrowed() as borrowed:
            return borrowed.work(lambda opened: Look.of(asked, imagery, opened, most_pixels=most))
