"""/adaptations: models of regions that are kept, looked at, and listed; `app.routes.corrections` changes them."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from fastapi.requests import Request  # noqa: TC002 - FastAPI resolves the annotations of its routes
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app.adaptations.documents import corrected_document, current_etag, version_document
from app.database.connection import DatabaseError
from app.errors import InvalidRequestError, OutdatedAdaptationError, UnsupportedMediaTypeError
from app.files.headers import labels_headers
from app.keys.owner import owner_of
from app.links import GEOJSON
from app.live.routing import live_of
from app.negotiation import matches_etag
from app.preferences import PreferLenient, applied, prefers_lenient
from app.routes.adapt import REFUSALS, asked_in
from app.routes.refusals import refusals
from app.service import serving
from app.store import MAP_ID_PATTERN
from geodata.errors import Fault, NotFoundError

if TYPE_CHECKING:
    from concurrent.futures import Future

    from app.adaptations.comparison import Comparison
    from app.adaptations.version import Version

AdaptationId = Annotated[
    str, Path(pattern=MAP_ID_PATTERN, description="An adaptation's name: 32 hexadecimal digits.")
]
Number = Annotated[int, Path(ge=1, le=2**31 - 1, description="A version, from 1.")]
VersionQuery = Annotated[
    int | None, Query(ge=1, le=2**31 - 1, description="A version; left out: the current one.")
]
Limit = Annotated[int, Query(ge=1, le=1000, description="Most in one answer.")]
Offset = Annotated[int, Query(ge=0, le=1_000_000, description="To skip.")]

DESCRIPTION = """
Adapts the meta-trained network to your region, as `POST /adapt` does with the same body, and keeps what comes of it
instead of making the map. It is there within a second, and so are its tiles: the answer has their address, and map
clients show the region at once. Correct the labels with `POST /adaptations/{id}/labels`, and make the map of a
version with `POST /adaptations/{id}/map`.

    curl -X POST http://127.0.0.1:8000/adaptations -H 'content-type: application/json' -d @request.json
"""

LOOKING = refusals(NotFoundError, InvalidRequestError, DatabaseError)

PREFERENCE_APPLIED = {
    "Preference-Applied": {
        "description": "`handling=lenient`, where that was preferred.",
        "schema": {"type": "string"},
    }
}

_CACHING = {"Cache-Control": "no-cache"}

router = APIRouter(prefix="/adaptations", tags=["adaptations"])


@router.post(
    "",
    status_code=201,
    summary="Adapt to a region, without making its map",
    description=DESCRIPTION,
    response_class=JSONResponse,
    responses={
        201: {
            "description": "The adaptation, with the addresses of its tiles.",
            "headers": {
                "Location": {"description": "The adaptation.", "schema": {"type": "string"}},
                **PREFERENCE_APPLIED,
            },
        },
        **refusals(UnsupportedMediaTypeError, *REFUSALS),
    },
)
async def create(
    request: Request,
    prefer: PreferLenient = None,  # noqa: ARG001 - read by `prefers_lenient`
) -> JSONResponse:
    """Parse, adapt and keep; everything slow happens in threads."""
    service, owner = serving(request), owner_of(request)
    name, asked = await asked_in(request)
    lenient = prefers_lenient(request.headers.getlist("prefer"))
    future = await run_in_threadpool(partial(service.adaptations.create, lenient=lenient), owner, name, asked)
    made = await asyncio.wrap_future(future)
    document = await run_in_threadpool(corrected_document, service, owner, made, str(request.base_url))
    headers = {
        "Location": f"/adaptations/{made.version.adaptation_id}",
        "ETag": await run_in_threadpool(current_etag, service, owner, made.version),
        **applied(lenient=lenient),
    }
    return JSONResponse(document, status_code=201, headers=headers)


@router.get(
    "", summary="Your adaptations, the newest first", responses=refusals(InvalidRequestError, DatabaseError)
)
def find(request: Request, limit: Limit = 100, offset: Offset = 0) -> dict[str, Any]:
    """The current version of each."""
    service, owner, base = serving(request), owner_of(request), str(request.base_url)
    found, total = service.adaptations.store.find(owner, limit=limit, offset=offset)
    documents = [version_document(service, owner, each, base, head=each.number) for each in found]
    return {"adaptations": documents, **_paging(f"{base}adaptations", limit, offset, len(found), total)}


@router.get(
    "/{adaptation_id}",
    summary="The current version of an adaptation",
    response_class=JSONResponse,
    responses={304: {"description": "Not modified."}, **LOOKING},
)
def get(
    request: Request, adaptation_id: AdaptationId, if_none_match: Annotated[str, Header()] = ""
) -> Response:
    """Its `ETag` changes with every correction; `If-Match` on a correction makes sure that nobody was faster."""
    service, owner = serving(request), owner_of(request)
    head = service.adaptations.store.get(adaptation_id, owner).head
    version = service.adaptations.store.version(adaptation_id, head)
    headers = {"ETag": current_etag(service, owner, version), **_CACHING}
    if if_none_match and matches_etag(if_none_match, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    document = version_document(service, owner, version, str(request.base_url), head=head)
    return JSONResponse(document, headers=headers)


@router.delete("/{adaptation_id}", status_code=204, summary="Forget an adaptation", responses=LOOKING)
async def delete(request: Request, adaptation_id: AdaptationId) -> Response:
    """With all its versions; maps that were made of it stay."""
    store = serving(request).adaptations.store
    await run_in_threadpool(store.delete, adaptation_id, owner_of(request))
    live_of(request).lookup.forget(adaptation_id)
    return Response(status_code=204)


@router.get("/{adaptation_id}/versions", summary="All versions, the newest first", responses=LOOKING)
def list_versions(
    request: Request, adaptation_id: AdaptationId, limit: Limit = 100, offset: Offset = 0
) -> dict[str, Any]:
    """Each with what was done to the labels of its `parent`."""
    service, owner, base = serving(request), owner_of(request), str(request.base_url)
    head = service.adaptations.store.get(adaptation_id, owner).head
    found, total = service.adaptations.store.versions(adaptation_id, limit=limit, offset=offset)
    here = f"{base}adaptations/{adaptation_id}/versions"
    documents = [version_document(service, owner, each, base, head=head) for each in found]
    return {"versions": documents, **_paging(here, limit, offset, len(found), total)}


@router.get("/{adaptation_id}/versions/{number}", summary="A version", responses=LOOKING)
def get_version(request: Request, adaptation_id: AdaptationId, number: Number) -> dict[str, Any]:
    """As it was made; only `is_current`, and a link to its map, come and go."""
    service, owner = serving(request), owner_of(request)
    head = service.adaptations.store.get(adaptation_id, owner).head
    version = service.adaptations.store.version(adaptation_id, number)
    return version_document(service, owner, version, str(request.base_url), head=head)


@router.get(
    "/{adaptation_id}/labels",
    summary="The labels of a version",
    response_class=JSONResponse,
    responses={200: {"content": {GEOJSON: {}}, "description": "A GeoJSON FeatureCollection."}, **LOOKING},
)
def get_labels(
    request: Request,
    adaptation_id: AdaptationId,
    version: VersionQuery = None,
    *,
    download: Annotated[bool, Query(description="Suggest to browsers to keep it as a file.")] = False,
) -> JSONResponse:
    """Each with an `id` that it keeps through all corrections, and that no other label of the adaptation ever has."""
    store = serving(request).adaptations.store
    head = store.get(adaptation_id, owner_of(request)).head
    found = store.version(adaptation_id, version or head)
    headers = labels_headers(found, "geojson") if download else _CACHING
    return JSONResponse(store.body(found).labels.collection, media_type=GEOJSON, headers=headers)


@router.get(
    "/{adaptation_id}/compare",
    summary="What two versions show differently",
    responses={**LOOKING, **refusals(OutdatedAdaptationError)},
)
async def compare(
    request: Request,
    adaptation_id: AdaptationId,
    from_: Annotated[
        int | None,
        Query(alias="from", ge=1, le=2**31 - 1, description="A version; left out: what `to` was made from."),
    ] = None,
    to: VersionQuery = None,
) -> dict[str, Any]:
    """Changed pixels per pair of classes.

    Up to 1,048,576 pixels all of the region are compared; of larger regions every n-th row and column, and `step`
    says n. Shares are of the pixels compared.
    """
    desk, owner = serving(request).adaptations, owner_of(request)

    def begin() -> tuple[Version, Version, Future[Comparison]]:
        head = desk.store.get(adaptation_id, owner).head
        other = desk.store.version(adaptation_id, to or head)
        number = from_ or other.parent
        if number is None:
            reason = f"version {other.number} was made from none; say which one to compare it with"
            raise InvalidRequestError(f"from: {reason}", (Fault("from", reason),))
        one = desk.store.version(adaptation_id, number)
        return one, other, desk.compare(one, other)

    one, other, future = await run_in_threadpool(begin)
    found = await asyncio.wrap_future(future)
    return {"from": one.number, "to": other.number, **found.to_json()}


def _paging(here: str, limit: int, offset: int, count: int, total: int) -> dict[str, Any]:
    links = [{"rel": "self", "href": f"{here}?limit={limit}&offset={offset}", "type": "application/json"}]
    if offset + count < total:
        after = f"{here}?limit={limit}&offset={offset + limit}"
        links.append({"rel": "next", "href": after, "type": "application/json"})
    return {"links": links, "numberMatched": total, "numberReturned": count}
