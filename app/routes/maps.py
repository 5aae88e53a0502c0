"""GET /maps and everything below: the maps that were made, as STAC Items and as files."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import FileResponse, Response

from app.errors import HeadersError, InvalidRequestError, RangeNotSatisfiableError
from app.links import GEOJSON, GeoJsonResponse, absolute_item, media_type
from app.results.access import readable_item, readable_maps
from app.results.stored_file import SERVED, stored_file
from app.routes.refusals import refusals
from app.service import serving
from app.store import MAP_ID_PATTERN
from geodata.errors import NotFoundError

MapId = Annotated[str, Path(pattern=MAP_ID_PATTERN, description="A map's name: 32 hexadecimal digits.")]

NO_MAP = refusals(NotFoundError, InvalidRequestError)

_KINDS: dict[str, Any] = {media_type(name).partition(";")[0]: {} for name in SERVED}

RANGES: dict[int | str, dict[str, Any]] = {
    206: {
        "description": "The range that was asked for; several of them as parts.",
        "content": _KINDS | {"multipart/byteranges": {}},
    },
    304: {"description": "Not modified."},
    **refusals(HeadersError, RangeNotSatisfiableError),
}
"""Of files that may be asked for in parts."""

router = APIRouter(prefix="/maps", tags=["maps"])


@router.get(
    "",
    summary="The maps that were made, the newest first",
    response_class=GeoJsonResponse,
    responses=refusals(InvalidRequestError),
)
def list_maps(
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000, description="Most maps in one answer.")] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Maps to skip.")] = 0,
) -> GeoJsonResponse:
    """A STAC ItemCollection: QGIS and geopandas read it as GeoJSON."""
    store, base, identifiers = serving(request).store, str(request.base_url), readable_maps(request)
    links = [{"rel": "self", "href": f"{base}maps?limit={limit}&offset={offset}", "type": GEOJSON}]
    if offset + limit < len(identifiers):
        after = f"{base}maps?limit={limit}&offset={offset + limit}"
        links.append({"rel": "next", "href": after, "type": GEOJSON})
    found: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [absolute_item(store.item(i), base) for i in identifiers[offset : offset + limit]],
        "links": links,
        "numberMatched": len(identifiers),
    }
    found["numberReturned"] = len(found["features"])
    return GeoJsonResponse(found)


@router.get("/{map_id}", summary="A map as a STAC Item", response_class=GeoJsonResponse, responses=NO_MAP)
def get_item(request: Request, map_id: MapId) -> GeoJsonResponse:
    """Legend, areas, links to the files and tiles."""
    return GeoJsonResponse(absolute_item(readable_item(request, map_id), str(request.base_url)))


@router.head("/{map_id}/{file}", include_in_schema=False)
@router.get(
    "/{map_id}/{file}",
    summary="A map's file",
    response_class=FileResponse,
    responses={
        200: {"content": _KINDS, "description": "The file."},
        **RANGES,
        **NO_MAP,
    },
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
) -> Response:
    """Ranges are answered, so GDAL reads `/vsicurl/http://.../landcover.tif` without fetching all of it."""
    return stored_file(request, map_id, file)
