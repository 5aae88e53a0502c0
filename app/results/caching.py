"""Answers that need not be sent again: ETags, and how long a client may keep what it has."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from starlette.responses import Response

from app import __version__
from app.database.tables import LOCAL
from app.keys.owner import owner_of
from app.negotiation import matches_etag

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.requests import Request

FOREVER = "public, max-age=31536000, immutable"
"""A map's name is made from all that determines it, so what is at its address never changes."""


def cache_control(request: Request) -> str:
    """`FOREVER`; what a key opens is not for caches that others share."""
    return FOREVER if owner_of(request) == LOCAL else FOREVER.replace("public", "private")


def etag_of(files: tuple[Path, ...], *asked: object) -> str:
    """A name for what is made of some files, known before it is made.

    Args:
        files: that it is made of; one that is missing counts as such.
        asked: what else determines it.
    """
    # Another release may make other bytes of the same map.
    parts = [__version__, *map(repr, asked)]
    for file in files:
        try:
            stat = file.stat()
        except FileNotFoundError:
            parts.append("-")
        else:
            parts.append(f"{stat.st_size} {stat.st_mtime_ns}")
    return f'"{hashlib.sha256(chr(10).join(parts).encode()).hexdigest()[:32]}"'


def not_modified(request: Request, etag: str) -> Response | None:
    """What to answer a client that has it already; None where it has to be sent."""
    known = request.headers.get("if-none-match", "")
    if not known or not matches_etag(known, etag):
        return None
    return Response(status_code=304, headers={"ETag": etag, "Cache-Control": cache_control(request)})


def download_headers(request: Request, etag: str, filename: str) -> dict[str, str]:
    """Of a file to keep.

    Args:
        request: the client's.
        etag: of the file.
        filename: to suggest; plain ASCII.
    """
    return {
        "ETag": etag,
        "Cache-Control": cache_control(request),
        "Content-Disposition": f'attachment; filename="{filename}"',
    }
