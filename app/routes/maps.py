"""GET /maps and everything below: the maps that were made, as STAC Items and as files."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request
from starlette.responses import FileResponse, JSONResponse, Response

from app.links import absolute_item, media_type
from app.negotiation import matches_etag
from app.service import serving
from app.store import CATEGORIES, CONFIDENCE, LANDCOVER, MAP_ID_PATTERN, OBSERVATIONS
from geodata.errors import NotFoundError

MapId = Annotated[str, Path(pattern=MAP_ID_PATTERN, description="A map's name: 32 hexadecimal digits.")]

SERVED = (LANDCOVER, CATEGORIES, CONFIDENCE, OBSERVATIONS)
"""The files of a map that have an address; its Item is the map's own."""

FOREVER = "public, max-age=31536000, immutable"
"""A map's name is made from all that determines it, so what is at its address never changes."""

router = APIRouter(prefix="/maps", tags=["maps"])


@router.get("", summary="The maps that were made, the newest first")
def list_maps(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000, description="Most maps in one answer.")] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Maps to skip.")] = 0,
) -> JSONResponse:
    """A STAC ItemCollection: QGIS and geopandas read it as GeoJSON."""
    store, base = serving(request).store, str(request.base_url)
    identifiers = store.identifiers()
    links = [
        {"rel": "self", "href": f"{base}maps?limit={limit}&offset={offset}", "type": "application/geo+json"}
    ]
    if offset + limit < len(identifiers):
        after = f"{base}maps?limit={limit}&offset={offset + limit}"
        links.append({"rel": "next", "href": after, "type": "application/geo+json"})
    found: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [absolute_item(store.item(i), base) for i in identifiers[offset : offset + limit]],
        "links": links,
        "numberMatched": len(identifiers),
    }
    found["numberReturned"] = len(found["features"])
    return JSONResponse(found, media_type="application/geo+json")


@router.get("/{map_id}", summary="A map as a STAC Item")
def get_item(request: Request, map_id: MapId) -> JSONResponse:
    """Legend, areas, links to the files and tiles."""
    item = absolute_item(serving(request).store.item(map_id), str(request.base_url))
    return JSONResponse(item, media_type="application/geo+json")


@router.head("/{map_id}/{file}", include_in_schema=False)
@router.get(
    "/{map_id}/{file}",
    summary="A map's file",
    response_class=FileResponse,
    responses={206: {"description": "The range that was asked for."}, 304: {"description": "Not modified."}},
)
def get_file(
    request: Request,
    map_id: MapId,
    file: Annotated[
        str,
        Path(
            description="Class values; their names and areas for GDAL; confidence in percent; of maps from a "
            "catalogue, how often each pixel was seen clear.",
            json_schema_extra={"enum": list(SERVED)},
        ),
    ],
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """Ranges are answered, so GDAL reads `/vsicurl/http://.../landcover.tif` without fetching all of it."""
    path = serving(request).store.path(map_id, file)
    if file not in SERVED or not path.is_file():
        # Not 422: GDAL looks for files beside a GeoTIFF (.ovr, .msk), and takes 404 alone for an answer.
        there = ", ".join(name for name in SERVED if path.with_name(name).is_file())
        raise NotFoundError(f"This map has no file {file!r}; it has {there}.")
    response = FileResponse(
        path,
        media_type=media_type(file),
        filename=f"{map_id}_{file}",
        stat_result=path.stat(),
        headers={"Cache-Control": FOREVER},
    )
    if if_none_match and matches_etag(if_none_match, response.headers["etag"]):
        kept = {"ETag": response.headers["etag"], "Cache-Control": FOREVER}
        return Response(status_code=304, headers=kept)
    return response
