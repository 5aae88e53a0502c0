"""A map's own files, as they lie in the store; ranges are answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import FileResponse, Response

from app.links import media_type
from app.negotiation import matches_etag
from app.results.access import readable_map
from app.results.caching import cache_control
from app.store import CATEGORIES, CONFIDENCE, LANDCOVER, OBSERVATIONS
from geodata.errors import NotFoundError

if TYPE_CHECKING:
    from starlette.requests import Request

SERVED = (LANDCOVER, CATEGORIES, CONFIDENCE, OBSERVATIONS)
"""The files of a map that have an address; its Item is the map's own."""


def stored_file(request: Request, map_id: str, file: str) -> Response:
    """The file, or 304 where the client has it.

    Raises:
        NotFoundError: no such map, or it has no such file.
    """
    path = readable_map(request, map_id, file)
    if file not in SERVED or not path.is_file():
        # Not 422: GDAL looks for files beside a GeoTIFF (.ovr, .msk), and takes 404 alone for an answer.
        there = ", ".join(name for name in SERVED if path.with_name(name).is_file())
        raise NotFoundError(f"This map has no file {file!r}; it has {there}.")
    caching = {"Cache-Control": cache_control(request)}
    response = FileResponse(
        path,
        media_type=media_type(file),
        filename=f"{map_id}_{file}",
        stat_result=path.stat(),
        headers=caching,
    )
    known = request.headers.get("if-none-match", "")
    if known and matches_etag(known, response.headers["etag"]):
        return Response(status_code=304, headers={"ETag": response.headers["etag"], **caching})
    return response
