"""POST /adapt: labels in, map out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header
from fastapi.requests import Request  # noqa: TC002 - FastAPI resolves the annotations of its routes
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, JSONResponse, Response

from app.database.connection import DatabaseError
from app.errors import (
    BodyTooLargeError,
    BusyError,
    IdempotencyKeyError,
    IdempotencyKeyReusedError,
    InternalError,
    InvalidRequestError,
    MalformedJsonError,
    NotAcceptableError,
    QueueFullError,
    RegionTooLargeError,
    RequestTimeoutError,
    RequestUnderWayError,
    TooManyClassesError,
    UnsupportedMediaTypeError,
)
from app.jobs.job import Job
from app.links import GEOTIFF, absolute_item
from app.negotiation import Accept, best_of, is_json
from app.requests import parse_body
from app.routes.job_answers import CREATED, created
from app.routes.refusals import refusals
from app.service import serving
from app.store import LANDCOVER
from app.submission import answer_to
from geodata import errors as ground

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

A region that is too large to wait for, and any with `Prefer: respond-async`, is made by a job: the answer is 201 with
its `Location`. With an `Idempotency-Key`, the same request sent again within 24 hours has the same answer.

    curl -X POST http://127.0.0.1:8000/adapt -H 'content-type: application/json' -d @request.json -o map.tif
"""

REFUSALS = (
    MalformedJsonError,
    IdempotencyKeyError,
    ground.NotFoundError,
    RequestTimeoutError,
    RequestUnderWayError,
    BodyTooLargeError,
    UnsupportedMediaTypeError,
    InvalidRequestError,
    ground.RegionError,
    ground.OutsideImageryError,
    RegionTooLargeError,
    ground.LabelsError,
    ground.LegendError,
    TooManyClassesError,
    ground.NoClearImageryError,
    ground.PeriodError,
    ground.NoScenesError,
    IdempotencyKeyReusedError,
    QueueFullError,
    InternalError,
    ground.CatalogueError,
    ground.ImageryFailedError,
    BusyError,
    DatabaseError,
    ground.OutputError,
)
"""Of every request that makes a map."""

IdempotencyKeyHeader = Annotated[
    str | None,
    Header(
        description="Makes it safe to send the request again: 1 to 255 printable ASCII characters of your choice.",
        json_schema_extra={"minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    ),
]
Prefer = Annotated[str | None, Header(description="`respond-async` makes a job of any region (RFC 7240).")]

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
                "Link": {
                    "description": 'The adaptation that the map is the prediction of, with `rel="edit"`.',
                    "schema": {"type": "string"},
                },
                "Server-Timing": {"description": "Milliseconds per stage.", "schema": {"type": "string"}},
                "Cache-Status": {
                    "description": "Whether the map was there already.",
                    "schema": {"type": "string"},
                },
            },
        },
        201: CREATED,
        **refusals(NotAcceptableError, *REFUSALS),
    },
)
async def adapt(
    request: Request,
    accept: Accept = "*/*",
    cache_control: Annotated[  # noqa: ARG001 - read by `answer_to`
        str, Header(description="`no-cache` makes the map again.")
    ] = "",
    prefer: Prefer = None,  # noqa: ARG001 - read by `answer_to`
    idempotency_key: IdempotencyKeyHeader = None,  # noqa: ARG001 - read by `answer_to`
) -> Response:
    """Parse, map and answer; everything slow happens in threads."""
    offered = best_of(accept, OFFERED)
    if offered is None:
        raise NotAcceptableError(f"A map comes as {', '.join(OFFERED)}; the request accepts only {accept}.")
    name, asked = await asked_in(request)
    answer = await answer_to(request, name, asked, await request.body())
    if isinstance(answer, Job):
        return await created(request, answer)
    return await run_in_threadpool(map_answer, request, serving(request), answer, offered)


async def asked_in(request: Request) -> tuple[str | None, MapRequest]:
    """The body of a request: the imagery's name, and what to map.

    Raises:
        LandshotError: it is no JSON, or not what it should be.
    """
    body = await json_body(request)
    settings = serving(request).settings
    return await run_in_threadpool(
        parse_body, body, max_labels=settings.max_labels, max_classes=settings.max_classes
    )


async def json_body(request: Request) -> bytes:
    """The bytes of a body that says that it is JSON.

    Raises:
        UnsupportedMediaTypeError: it does not.
    """
    content_type = request.headers.get("content-type", "")
    if not is_json(content_type):
        sent = f"it says {content_type!r}" if content_type else "it does not say what it is"
        raise UnsupportedMediaTypeError(f"Send the body with 'content-type: application/json'; {sent}.")
    return await request.body()


def geotiff(service: Service, made: Made) -> FileResponse:
    """The map itself."""
    path = service.store.path(made.map_id, LANDCOVER)
    filename = f"{made.map_id}.tif"
    return FileResponse(path, media_type=GEOTIFF, filename=filename, headers=map_headers(made))


def map_answer(request: Request, service: Service, made: Made, offered: str) -> Response:
    """A map in one of the media types that are `OFFERED`."""
    if offered == "image/tiff":
        return geotiff(service, made)
    item: dict[str, Any] = absolute_item(service.store.item(made.map_id), str(request.base_url))
    return JSONResponse(item, media_type=offered, headers=map_headers(made))


def map_headers(made: Made) -> Mapping[str, str]:
    """Where the map is stored, whether it was there, and what took how long."""
    headers = {
        "Location": f"/maps/{made.map_id}",
        "Cache-Status": "landshot; hit" if made.stored else "landshot; fwd=miss; stored",
    }
    if made.adaptation_id:
        headers["Link"] = f'</adaptations/{made.adaptation_id}>; rel="edit"'
    if made.seconds:
        headers["Server-Timing"] = ", ".join(
            f"{stage.replace(' ', '-')};dur={1000 * seconds:.0f}" for stage, seconds in made.seconds.items()
        )
    return headers
