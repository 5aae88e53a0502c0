"""Whose a request is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.database.tables import LOCAL

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

OWNER = "landshot.owner"
"""Where the middleware leaves it in the request's scope."""


def owner_of(request: HTTPConnection) -> str:
    """The id of the key behind a request, or `LOCAL` where the server asks for none."""
    return str(request.scope.get(OWNER, LOCAL))
