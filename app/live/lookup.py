"""What an id in an address of tiles means: a version of an adaptation, or a map."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.concurrency import run_in_threadpool

from app.keys.owner import owner_of
from app.live.grid import MapGrid
from app.results.access import readable_map
from app.service import serving
from geodata.errors import NotFoundError

if TYPE_CHECKING:
    from starlette.requests import Request

    from app.adaptations.store import AdaptationStore
    from app.adaptations.version import Version

KNOWN_FOR_S: Final = 1.0
"""How long what was found out counts: hundreds of tiles a second must not ask the database each time. Changes that
this process makes show at once (`forget`), those of others within this."""

_MOST: Final = 10_000


@dataclass(frozen=True, slots=True)
class Target:
    """What tiles are asked of."""

    id: str
    """As in the address."""

    map_id: str
    has_map: bool
    """Whether the map is there; if not, tiles are live."""

    version: Version | None
    """None: of a map that is no adaptation's of this client."""

    grid: MapGrid | None
    """Of the version."""

    is_adaptation: bool
    """Whether the address names an adaptation, and not a map."""


class Lookup:
    """One per application. Only the event loop calls `find` and `forget`."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str, int | None], tuple[float, Target]] = {}

    async def find(self, request: Request, identifier: str, number: int | None) -> Target:
        """What is asked for.

        Args:
            request: of the client.
            identifier: of an adaptation, else of a map: both are random enough never to be the same.
            number: of a version; None: the current one.

        Raises:
            NotFoundError: there is no such thing, or it is somebody else's.
        """
        key = (owner_of(request), identifier, number)
        until, target = self._known.get(key, (0.0, None))
        if target is not None and time.monotonic() < until:
            return target
        if target is not None:  # one looks again; what is known does for those who ask meanwhile
            self._known[key] = (time.monotonic() + KNOWN_FOR_S, target)
        try:
            target = await run_in_threadpool(_found, request, identifier, number)
        except NotFoundError:
            self._known.pop(key, None)
            raise
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[key] = (time.monotonic() + KNOWN_FOR_S, target)
        return target

    def forget(self, identifier: str) -> None:
        """Look again: an adaptation has changed, or is gone."""
        for key in [key for key in self._known if key[1] == identifier]:
            del self._known[key]


def _found(request: Request, identifier: str, number: int | None) -> Target:
    service, owner = serving(request), owner_of(request)
    store: AdaptationStore = service.adaptations.store
    try:
        head = store.get(identifier, owner).head
    except NotFoundError:
        return _map(request, identifier, number, store)
    version = store.version(identifier, head if number is None else number)
    has_map = service.store.has(version.map_id)
    return Target(identifier, version.map_id, has_map, version, _grid(version), is_adaptation=True)


def _grid(version: Version | None) -> MapGrid | None:
    """Found out here, not in the event loop for each tile."""
    return None if version is None else MapGrid.of(version.summary.region.geobox)


def _map(request: Request, identifier: str, number: int | None, store: AdaptationStore) -> Target:
    try:
        readable_map(request, identifier)
    except NotFoundError:
        raise NotFoundError(
            f"There is no map and no adaptation {identifier} here; GET /maps and GET /adaptations list them."
        ) from None
    if number is not None:
        raise NotFoundError(f"{identifier} is a map, and has no versions; leave version out.")
    version = store.of_map(owner_of(request), identifier)
    return Target(
        identifier, identifier, has_map=True, version=version, grid=_grid(version), is_adaptation=False
    )
