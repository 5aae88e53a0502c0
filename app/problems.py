"""Errors -> RFC 9457 problem details: one table, and one shape for every error that leaves the server."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, cast

from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from rasterio.errors import RasterioError
from rio_tiler.errors import RioTilerError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from app import errors as edge
from app.database.connection import DatabaseError
from app.faults import invalid, sentences
from geodata import errors as ground

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastapi import FastAPI
    from starlette.requests import Request
    from starlette.types import Scope

PROBLEM_JSON = "application/problem+json"

STATUS: Mapping[type[ground.LandshotError], int] = {
    edge.MalformedJsonError: 400,
    edge.HeadersError: 400,
    edge.IdempotencyKeyError: 400,
    edge.KeyNeededError: 401,
    edge.SignatureError: 403,
    # Before what they are kinds of.
    edge.NoSuchJobError: 404,
    edge.NoSuchProcessError: 404,
    ground.NotFoundError: 404,
    edge.ResultNotReadyError: 404,
    edge.MethodNotAllowedError: 405,
    edge.NotAcceptableError: 406,
    edge.RequestTimeoutError: 408,
    edge.VersionConflictError: 409,
    edge.OutdatedAdaptationError: 409,
    edge.PreconditionError: 412,
    edge.RequestUnderWayError: 409,
    edge.JobCancelledError: 410,
    edge.BodyTooLargeError: 413,
    edge.UnsupportedMediaTypeError: 415,
    edge.RangeNotSatisfiableError: 416,
    edge.InvalidRequestError: 422,
    edge.RegionTooLargeError: 422,
    edge.TooManyClassesError: 422,
    edge.IdempotencyKeyReusedError: 422,
    ground.RegionError: 422,
    ground.OutsideImageryError: 422,
    ground.LabelsError: 422,
    ground.LegendError: 422,
    ground.NoClearImageryError: 422,
    ground.PeriodError: 422,
    ground.NoScenesError: 422,
    edge.TooManyRequestsError: 429,
    edge.HeadersTooLargeError: 431,
    # The imagery, the model and the disk are the operator's, not the client's.
    ground.BandsError: 500,
    ground.ReflectanceError: 500,
    ground.ImageryError: 500,
    ground.ModelError: 500,
    edge.InternalError: 500,
    # A catalogue is somebody else's.
    ground.CatalogueError: 502,
    ground.ImageryFailedError: 502,
    ground.ImageryChangedError: 502,
    edge.BusyError: 503,
    edge.NotReadyError: 503,
    edge.HandBackError: 503,
    edge.JobCrashedError: 500,
    edge.TileTimeoutError: 503,
    ground.OutputError: 507,
    edge.QueueFullError: 429,
    DatabaseError: 503,
}
"""Every error a client can meet, and its status."""

RETRY_AFTER_S = {
    edge.BusyError: 10,
    edge.NotReadyError: 2,
    edge.TileTimeoutError: 2,
    ground.CatalogueError: 60,
    ground.ImageryFailedError: 60,
    ground.ImageryChangedError: 2,
    edge.QueueFullError: 30,
    edge.RequestUnderWayError: 5,
    DatabaseError: 5,
}
"""When it is worth coming back. What these say is for the client, also where the server's log has it too."""

MOST_DETAIL, MOST_REASON, MOST_FAULTS = 4000, 1000, 200
"""Characters of a detail and of each reason, and how many of these."""

log = logging.getLogger("landshot")


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error of `app` with problem details, those of FastAPI and rio-tiler among them."""
    app.add_exception_handler(ground.LandshotError, _landshot)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RioTilerError, _raster)
    app.add_exception_handler(RasterioError, _raster)
    app.add_exception_handler(Exception, _unexpected)


def problem(
    scope: Scope, error: ground.LandshotError, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """The problem document (RFC 9457) for an error; `request_id` and `errors`, one for each fault, extend it.

    What went wrong on the server is told to its log, with paths and causes, and to nobody else.

    Args:
        scope: of the request.
        error: what to tell.
        headers: for the response, beside those that the kind of error has.
    """
    request_id = str(scope.get("landshot.request_id", "-"))  # given by app.middleware
    body = problem_document(error, instance=scope["path"], request_id=request_id, log_as=scope["method"])
    sent = dict(headers or {})
    kind = _kind(error)
    if kind in RETRY_AFTER_S:
        sent["Retry-After"] = str(RETRY_AFTER_S[kind])
    return JSONResponse(body, status_code=body["status"], media_type=PROBLEM_JSON, headers=sent)


def problem_document(
    error: ground.LandshotError, *, instance: str, request_id: str, log_as: str = "job"
) -> dict[str, Any]:
    """The same as a document, for errors that are met outside of a request.

    Args:
        error: what to tell.
        instance: path of what it happened to.
        request_id: under which the server's log has more.
        log_as: what is done to the instance, for the log.
    """
    kind = _kind(error)
    status = STATUS.get(kind, 500)
    detail, faults = error.detail, error.faults
    if status >= 500 and kind not in (edge.BusyError, edge.NotReadyError, edge.TileTimeoutError):
        log.error("request %s, %s %s: %s", request_id, log_as, instance, error)
    if status >= 500 and (kind not in RETRY_AFTER_S or kind is DatabaseError):
        detail, faults = f"{kind.title}. The server's log has more under {request_id}.", ()
    body: dict[str, Any] = {
        "type": problem_type(kind),
        "title": kind.title,
        "status": status,
        "detail": _shortened(detail, MOST_DETAIL),
        "instance": instance,
        "request_id": request_id,
    }
    if faults:
        body["errors"] = [
            {"where": _shortened(fault.where, MOST_REASON), "reason": _shortened(fault.reason, MOST_REASON)}
            for fault in faults[:MOST_FAULTS]
        ]
    return body


def _shortened(text: str, most: int) -> str:
    """What a client sent stands in what it is told, and may be of any length."""
    return text if len(text) <= most else f"{text[:most]}..."


def problem_type(kind: type[ground.LandshotError]) -> str:
    """The URI of a kind of problem: of the standard that names it, else where this server explains it."""
    return kind.uri or f"/problems/{kind.code}"


def _kind(error: ground.LandshotError) -> type[ground.LandshotError]:
    return next((known for known in STATUS if isinstance(error, known)), edge.InternalError)


def of_status(scope: Scope, status: int, *, detail: str = "", headers: Mapping[str, str]) -> JSONResponse:
    """The problem for a refusal of Starlette's or FastAPI's own, which only has a status.

    Args:
        scope: of the request.
        status: at least 400.
        detail: what Starlette says; used where nothing better is known.
        headers: of the refusal; those that belong to it (Allow, Content-Range) are kept.
    """
    path, method = scope["path"], scope["method"]
    size = headers.get("content-range", "").removeprefix("bytes */")
    kept = {name: headers[name] for name in ("allow", "content-range") if name in headers}
    error: ground.LandshotError
    match status:
        case 400:
            error = edge.HeadersError("The headers cannot be used; a range is written as 'bytes=0-1023'.")
        case 404:
            error = ground.NotFoundError(f"There is nothing at {path}; /docs lists what there is.")
        case 405:
            kept["allow"] = ", ".join(_methods(scope))
            error = edge.MethodNotAllowedError(
                f"{method} is not possible at {path}; allowed: {kept['allow']}."
            )
        case 408:
            seconds = scope["app"].state.service.settings.body_timeout_s
            error = edge.RequestTimeoutError(
                f"The body has to arrive within {seconds:g} s (LANDSHOT_BODY_TIMEOUT_S); send fewer labels, or over "
                "a faster line."
            )
            kept["Connection"] = "close"
        case 413:
            limit = scope["app"].state.service.settings.max_body_bytes
            error = edge.BodyTooLargeError(
                f"The body may have {limit:,} bytes (LANDSHOT_MAX_BODY_BYTES); use fewer labels, or "
                "polygons with fewer vertices."
            )
        case 416:
            error = edge.RangeNotSatisfiableError(f"The range lies outside the file, which has {size} bytes.")
        case _:
            error = edge.InternalError(f"status {status}: {detail}")
    return problem(scope, error, kept)


def _methods(scope: Scope) -> list[str]:
    """What is possible at an address; Starlette itself names only the methods of the first route that has it.

    Of templates that fit, the one with the fewest parameters is meant: /maps/{map_id}/sign is no file of a map.
    """
    found: dict[str, set[str]] = {}
    for route in iter_route_contexts(scope["app"].routes):
        if route.path_format and route.path_regex.match(scope["path"]):
            found.setdefault(route.path_format, set()).update(route.methods or ())
    meant = found[min(found, key=lambda path: path.count("{"))] if found else set()
    return [method for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE") if method in meant]


def _landshot(request: Request, error: Exception) -> JSONResponse:
    return problem(request.scope, cast("ground.LandshotError", error))


def _validation(request: Request, error: Exception) -> JSONResponse:
    found = sentences(cast("RequestValidationError", error).errors(), skip=1)
    return problem(request.scope, invalid(found))


def _http(request: Request, error: Exception) -> JSONResponse:
    refusal = cast("HTTPException", error)
    headers = {name.lower(): value for name, value in (refusal.headers or {}).items()}
    return of_status(request.scope, refusal.status_code, detail=str(refusal.detail), headers=headers)


def _raster(request: Request, error: Exception) -> JSONResponse:
    return problem(request.scope, ground.ImageryError(f"a stored raster cannot be read: {error}"))


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    # Starlette answers this one outside of all middleware, and raises the error again for the server's log.
    request_id = str(request.scope.get("landshot.request_id", "-"))
    internal = edge.InternalError(f"unexpected {type(error).__name__}: {error}")
    return problem(request.scope, internal, {"X-Request-ID": request_id})
