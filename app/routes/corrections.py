"""POST below /adaptations/{id}: labels corrected, versions restored, maps made, addresses signed."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header
from fastapi.requests import Request  # noqa: TC002 - FastAPI resolves the annotations of its routes
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app.adaptations.corrections import parse_corrections
from app.adaptations.documents import corrected_document, current_etag
from app.errors import (
    NotAcceptableError,
    OutdatedAdaptationError,
    PreconditionError,
    UnsupportedMediaTypeError,
    VersionConflictError,
)
from app.jobs.job import Job
from app.keys.owner import owner_of
from app.keys.signing import Signature, Signer, with_query
from app.live.routing import live_of
from app.negotiation import Accept, best_of
from app.preferences import PreferLenient, applied, prefers_lenient
from app.requests import parse_body
from app.routes.adapt import (
    OFFERED,
    REFUSALS,
    IdempotencyKeyHeader,
    Prefer,
    json_body,
    map_answer,
)
from app.routes.adaptations import (
    LOOKING,
    PREFERENCE_APPLIED,
    AdaptationId,
    Number,
    VersionQuery,
)
from app.routes.job_answers import CREATED, created
from app.routes.refusals import refusals
from app.routes.signing import DAY_S, ExpiresIn
from app.service import serving
from app.submission import answer_to

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future

    from app.adaptations.desk import Corrected

DESCRIPTION = """
Operations on labels, one after the other; the answer is the new version, which is current from then on. Its tiles
have a new address (`tiles`), so map clients show them at once.

    {"operations": [
      {"op": "add", "feature": {"type": "Feature", "properties": {"class": "water"},
                                "geometry": {"type": "Point", "coordinates": [-4.08, 52.42]}}},
      {"op": "move", "label": 3, "geometry": {"type": "Point", "coordinates": [-4.07, 52.41]}},
      {"op": "class", "label": 4, "class": "cropland"},
      {"op": "remove", "label": 5}
    ]}

`{"op": "undo"}` goes back to the version that the current one was made from, `{"op": "redo"}` forward again; neither
makes a version, and both may stand before other operations. With `base_version`, or `If-Match` and the ETag of the
adaptation, nothing happens where somebody else was faster (409, or 412).
"""

IfMatch = Annotated[str, Header(description="The adaptation's ETag: 412 where it has another one now.")]

CHANGING = refusals(
    UnsupportedMediaTypeError, PreconditionError, VersionConflictError, OutdatedAdaptationError, *REFUSALS
)

router = APIRouter(prefix="/adaptations/{adaptation_id}", tags=["adaptations"])


@router.post(
    "/labels",
    summary="Correct labels",
    description=DESCRIPTION,
    response_class=JSONResponse,
    responses={
        200: {"description": "The version that is current now.", "headers": PREFERENCE_APPLIED},
        **CHANGING,
    },
)
async def correct(
    request: Request,
    adaptation_id: AdaptationId,
    if_match: IfMatch = "",
    prefer: PreferLenient = None,  # noqa: ARG001 - read by `prefers_lenient`
) -> JSONResponse:
    """Parse, adapt and keep; everything slow happens in threads."""
    desk, settings = serving(request).adaptations, serving(request).settings
    await run_in_threadpool(
        desk.store.get, adaptation_id, owner_of(request)
    )  # before anything is said of the body
    body = await json_body(request)
    corrections = await run_in_threadpool(parse_corrections, body, most=settings.max_labels)
    lenient = prefers_lenient(request.headers.getlist("prefer"))
    future = desk.correct(adaptation_id, owner_of(request), corrections, if_match, lenient=lenient)
    return await _answered(request, future, applied(lenient=lenient))


@router.post(
    "/versions/{number}/restore",
    summary="Return to a version",
    response_class=JSONResponse,
    responses={200: {"description": "The version that is current now."}, **CHANGING},
)
async def restore(
    request: Request, adaptation_id: AdaptationId, number: Number, if_match: IfMatch = ""
) -> JSONResponse:
    """Makes a new version that is like the old one, so that this can be undone, too."""
    desk = serving(request).adaptations
    return await _answered(request, desk.restore(adaptation_id, owner_of(request), number, if_match))


@router.post(
    "/map",
    summary="Make the map of a version",
    response_class=Response,
    responses={
        200: {"description": "The map, as `POST /adapt` answers."},
        201: CREATED,
        **refusals(NotAcceptableError, *REFUSALS),
    },
)
async def make_map(
    request: Request,
    *,
    adaptation_id: AdaptationId,
    version: VersionQuery = None,
    accept: Accept = "*/*",
    prefer: Prefer = None,  # noqa: ARG001 - read by `answer_to`
    idempotency_key: IdempotencyKeyHeader = None,  # noqa: ARG001 - read by `answer_to`
) -> Response:
    """What `POST /adapt` makes of the version's labels: the map at once, or a job where the region is large."""
    service, owner = serving(request), owner_of(request)
    offered = best_of(accept, OFFERED)
    if offered is None:
        raise NotAcceptableError(f"A map comes as {', '.join(OFFERED)}; the request accepts only {accept}.")

    def asked() -> tuple[Any, bytes]:
        store, settings = service.adaptations.store, service.settings
        head = store.get(adaptation_id, owner).head
        body = store.body(store.version(adaptation_id, version or head)).text.encode()
        limits = {"max_labels": settings.max_labels, "max_classes": settings.max_classes}
        return parse_body(body, **limits), body

    (name, wanted), body = await run_in_threadpool(asked)
    answer = await answer_to(request, name, wanted, body)
    live_of(request).lookup.forget(adaptation_id)
    if isinstance(answer, Job):
        return await created(request, answer)
    return await run_in_threadpool(map_answer, request, service, answer, offered)


@router.post("/sign", summary="Addresses of an adaptation's tiles that need no key", responses=LOOKING)
def sign(
    request: Request, adaptation_id: AdaptationId, version: VersionQuery = None, expires_in: ExpiresIn = DAY_S
) -> dict[str, str]:
    """For map clients that cannot send headers; see `POST /maps/{map_id}/sign`."""
    store, owner = serving(request).adaptations.store, owner_of(request)
    head = store.get(adaptation_id, owner).head
    number = store.version(adaptation_id, version or head).number
    signer: Signer = request.app.state.signer
    expires = int(time.time()) + expires_in
    query = f"version={number}&{signer.query(Signature(adaptation_id, owner, expires))}"
    tiles = f"{request.base_url}tiles/{adaptation_id}"
    return {
        "tiles": with_query(f"{tiles}/{{z}}/{{x}}/{{y}}.png", query),
        "tilejson": with_query(f"{tiles}/tilejson.json", query),
        "wmts": with_query(f"{tiles}/WMTSCapabilities.xml", query),
        "expires": datetime.fromtimestamp(expires, UTC).isoformat().replace("+00:00", "Z"),
    }


async def _answered(
    request: Request, future: Future[Corrected], more: Mapping[str, str] | None = None
) -> JSONResponse:
    service, owner = serving(request), owner_of(request)
    corrected = await asyncio.wrap_future(future)
    version = corrected.version
    live_of(request).lookup.forget(version.adaptation_id)
    document = await run_in_threadpool(corrected_document, service, owner, corrected, str(request.base_url))
    etag = await run_in_threadpool(current_etag, service, owner, version)
    return JSONResponse(document, headers={"ETag": etag, **(more or {})})
