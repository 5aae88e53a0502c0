"""Where routes find what makes tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from starlette.requests import Request

    from app.live.service import LiveTiles


def live_of(request: Request) -> LiveTiles:
    """The tiles of the application behind a request."""
    live: LiveTiles = request.app.state.live
    return live
