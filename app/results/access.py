"""Which maps a request may read: every route that gives something of a map asks here, and nowhere else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from app.keys.owner import owner_of
from app.keys.ownership import owns_map, touch_map, visible_maps
from app.service import serving
from app.store import ITEM, LANDCOVER, no_such_map

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request


def readable_map(request: Request, map_id: str, file: str = LANDCOVER) -> Path:
    """One of a map's files (`app.store.FILES`); `OBSERVATIONS` may be missing.

    Raises:
        NotFoundError: there is no such map, or it is not the client's to see.
    """
    service, owner = serving(request), owner_of(request)
    if not owns_map(service.database, owner, map_id):
        raise no_such_map(map_id)
    path = service.store.path(map_id, file)
    touch_map(service.database, owner, map_id)
    return path


def readable_item(request: Request, map_id: str) -> dict[str, Any]:
    """The STAC Item of a map, its links relative.

    Raises:
        NotFoundError: see `readable_map`.
    """
    found: dict[str, Any] = json.loads(readable_map(request, map_id, ITEM).read_text("utf-8"))
    return found


def readable_maps(request: Request) -> list[str]:
    """All maps that the client may see, the newest first."""
    service = serving(request)
    return visible_maps(service.database, owner_of(request), service.store.identifiers())
