"""GET /collections and below: all maps as a STAC Collection, by OGC API - Features."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse

from app.errors import InvalidRequestError
from app.links import GeoJsonResponse
from app.results.boxes import BBOX, SEARCH_BBOX_PATTERN
from app.results.collection import map_collection
from app.results.items import Search, collected_item, digests, item_page
from app.results.periods import DATETIME_PATTERN
from app.routes.maps import NO_MAP, MapId
from app.routes.refusals import refusals

router = APIRouter(prefix="/collections", tags=["collections"])


@router.get("", summary="The collections: one, of all maps")
def list_collections(request: Request) -> JSONResponse:
    """Collections as STAC API has them."""
    base = str(request.base_url)
    return JSONResponse(
        {
            "collections": [_collection(request)],
            "links": [
                {"rel": "self", "href": f"{base}collections", "type": "application/json"},
                {"rel": "root", "href": base, "type": "application/json"},
                {"rel": "parent", "href": base, "type": "application/json"},
            ],
            "numberMatched": 1,
            "numberReturned": 1,
        }
    )


@router.get("/maps", summary="All maps as a STAC Collection")
def get_collection(request: Request) -> JSONResponse:
    """Where and when the maps are, and what they come with."""
    return JSONResponse(_collection(request))


@router.get(
    "/maps/items",
    summary="Maps of a box and a time, the newest first",
    responses=refusals(InvalidRequestError),
    response_class=GeoJsonResponse,
)
def search_items(
    request: Request,
    limit: Annotated[
        int, Query(ge=1, description="Most maps in one answer; more than 1000 is taken as 1000.")
    ] = 10,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Maps to skip.")] = 0,
    bbox: Annotated[
        str | None,
        Query(
            max_length=200,
            description=f"{BBOX} Maps that touch it.",
            json_schema_extra={"pattern": SEARCH_BBOX_PATTERN},
        ),
    ] = None,
    datetime: Annotated[
        str | None,
        Query(
            max_length=100,
            description="An instant, a day, or an interval (2025-06-01T00:00:00Z/..) that the imagery's period meets.",
            json_schema_extra={"pattern": DATETIME_PATTERN},
        ),
    ] = None,
) -> GeoJsonResponse:
    """A STAC ItemCollection; follow its link `next` for more."""
    return GeoJsonResponse(item_page(request, Search(limit, offset, bbox, datetime)))


@router.get(
    "/maps/items/{map_id}",
    summary="A map as an Item of the collection",
    responses=NO_MAP,
    response_class=GeoJsonResponse,
)
def get_collected_item(request: Request, map_id: MapId) -> GeoJsonResponse:
    """The same as `GET /maps/{map_id}`, with its address here."""
    return GeoJsonResponse(collected_item(request, map_id))


def _collection(request: Request) -> dict[str, Any]:
    return map_collection(str(request.base_url), [digest for _, digest in digests(request)])
