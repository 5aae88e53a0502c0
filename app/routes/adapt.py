"""POST /adapt: labels in, map out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header
from fastapi.requests import Request  # noqa: TC002 - FastAPI resolves the annotations of its routes
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, JSONResponse, Response

from app.errors import NotAcceptableError, UnsupportedMediaTypeError
from app.links import GEOTIFF, absolute_item
from app.negotiation import best_of, is_json, wants_fresh
from app.requests import parse_body
from app.service import serving
from app.store import LANDCOVER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.map_request import MapRequest
    from app.service import Made, Service

GEOJSON = "application/geo+json"
OFFERED = ("image/tiff", "application/json", GEOJSON)

DESCRIPTION = """
Adapts the meta-trained network to your region with the labelled pixels you send, and maps the region.

The answer is the map: a cloud-optimized GeoTIFF of class values with colours, or, with
`Accept: application/json`, a STAC Item that links to the map, its confidence and its tiles. Either way
`Location` names the stored map. The same request finds the map that was made before;
`Cache-Control: no-cache` makes it again. `POST /adapt/plan` says beforehand what it would be made from.

    curl -X POST http://127.0.0.1:8000/adapt -H 'content-type: application/json' -d @request.json -o map.tif
"""

router = APIRouter(tags=["maps"])


@router.post(
    "/adapt",
    summary="Make a map",
    description=DESCRIPTION,
    response_class=Response,
    responses={
        200: {
            "description": "The map.",
            "content": {
                "image/tiff": {"schema": {"type": "string", "format": "binary"}},
                "application/json": {},
            },
            "headers": {
                "Location": {"description": "The stored map: a STAC Item.", "schema": {"type": "string"}},
                "Server-Timing": {"description": "Milliseconds per stage.", "schema": {"type": "string"}},
                "Cache-Status": {
                    "description": "Whether the map was there already.",
                    "schema": {"type": "string"},
                },
            },
        },
        "4XX": {"description": "RFC 9457 problem details; `errors` names each offending part."},
    },
)
async def adapt(
    request: Request,
    accept: Annotated[str, Header()] = "*/*",
    cache_control: Annotated[str, Header()] = "",
) -> Response:
    """Parse, map and answer; everything slow happens in threads."""
    service = serving(request)
    offered = best_of(accept, OFFERED)
    if offered is None:
        raise NotAcceptableError(f"A map comes as {', '.join(OFFERED)}; the request accepts only {accept}.")
    name, asked = await asked_in(request)
    future = await run_in_threadpool(
        service.submit, asked, service.source(name), again=wants_fresh(cache_control)
    )
    made = await asyncio.wrap_future(future)
    return await run_in_threadpool(_answer, request, service, made, offered)


async def asked_in(request: Request) -> tuple[str | None, MapRequest]:
    """The body of a request: the imagery's name, and what to map.

    Raises:
        LandshotError: it is no JSON, or not what it should be.
    """
    content_type = request.headers.get("content-type", "")
    if not is_json(content_type):
        sent = f"it says {content_type!r}" if content_type else "it does not say what it is"
        raise UnsupportedMediaTypeError(f"Send the body with 'content-type: application/json'; {sent}.")
    body = await request.body()
    return await run_in_threadpool(parse_body, body, max_labels=serving(request).settings.max_labels)


def _answer(request: Request, service: Service, made: Made, offered: str) -> Response:
    headers = _headers(made)
    if offered == "image/tiff":
        path = service.store.path(made.map_id, LANDCOVER)
        return FileResponse(path, media_type=GEOTIFF, filename=f"{made.map_id}.tif", headers=headers)
    item: dict[str, Any] = absolute_item(service.store.item(made.map_id), str(request.base_url))
    return JSONResponse(item, media_type=offered, headers=headers)


def _headers(made: Made) -> Mapping[str, str]:
    headers = {
        "Location": f"/maps/{made.map_id}",
        "Cache-Status": "landshot; hit" if made.stored else "landshot; fwd=miss; stored",
    }
    if made.seconds:
        headers["Server-Timing"] = ", ".join(
            f"{stage.replace(' ', '-')};dur={1000 * seconds:.0f}" for stage, seconds in made.seconds.items()
        )
    return headers
