"""GET and POST /search: STAC API - Item Search over all maps."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.requests import Request  # noqa: TC002 - FastAPI resolves the annotations of its routes
from starlette.concurrency import run_in_threadpool

from app.errors import InvalidRequestError, MalformedJsonError
from app.links import GeoJsonResponse
from app.results.boxes import SEARCH_BBOX_PATTERN, numbers_in
from app.results.items import search_page
from app.results.periods import DATETIME_PATTERN
from app.results.search import SearchRequest, geometry_in
from app.routes.adapt import json_body
from app.routes.refusals import refusals

router = APIRouter(tags=["collections"])


@router.get(
    "/search",
    summary="Maps, by place, time or name (STAC API)",
    response_class=GeoJsonResponse,
    responses=refusals(InvalidRequestError),
)
def search(
    request: Request,
    *,
    bbox: Annotated[
        str | None,
        Query(
            max_length=200,
            description="West, south, east, north in degrees (WGS 84).",
            json_schema_extra={"pattern": SEARCH_BBOX_PATTERN},
        ),
    ] = None,
    intersects: Annotated[
        str | None, Query(max_length=4000, description="A GeoJSON geometry, instead of `bbox`.")
    ] = None,
    datetime: Annotated[
        str | None,
        Query(
            max_length=100,
            description="An instant, a day, or an interval that the imagery's period meets.",
            json_schema_extra={"pattern": DATETIME_PATTERN},
        ),
    ] = None,
    collections: Annotated[
        str | None, Query(max_length=1000, description="With commas between; `maps` is the only one.")
    ] = None,
    ids: Annotated[
        str | None, Query(max_length=4000, description="Names of maps, with commas between.")
    ] = None,
    limit: Annotated[
        int, Query(ge=1, description="Most maps in one answer; more than 1000 is taken as 1000.")
    ] = 10,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Maps to skip.")] = 0,
) -> GeoJsonResponse:
    """A STAC ItemCollection, the newest first; follow its link `next` for more."""
    asked = SearchRequest.model_construct(
        bbox=None if bbox is None else numbers_in(bbox),
        intersects=None if intersects is None else geometry_in(intersects),
        datetime=datetime,
        collections=None if collections is None else collections.split(","),
        ids=None if ids is None else ids.split(","),
        limit=limit,
        offset=offset,
    )
    return GeoJsonResponse(search_page(request, asked))


@router.post(
    "/search",
    summary="Maps, by place, time or name, from a body (STAC API)",
    response_class=GeoJsonResponse,
    responses=refusals(MalformedJsonError, InvalidRequestError),
)
async def search_by_body(request: Request) -> GeoJsonResponse:
    """The same; a link `next` has the body of the next page."""
    asked = SearchRequest.from_body(await json_body(request))
    return GeoJsonResponse(await run_in_threadpool(search_page, request, asked))
