"""The errors of the API's description: what every operation may refuse with, and one schema for all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.database.connection import DatabaseError
from app.errors import (
    BodyTooLargeError,
    HeadersError,
    HeadersTooLargeError,
    InternalError,
    InvalidRequestError,
    KeyNeededError,
    RequestTimeoutError,
    SignatureError,
    TooManyRequestsError,
    UnsupportedMediaTypeError,
)
from app.keys.middleware import is_open
from app.openapi_security import is_signable
from app.routes.refusals import refusals

if TYPE_CHECKING:
    from collections.abc import Iterator

PROBLEM_SCHEMA: Final = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail", "instance", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "What kind of problem it is: a URI."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong here, and what would do."},
        "instance": {"type": "string", "description": "The path of the request."},
        "request_id": {"type": "string", "description": "Under which the server's log has more."},
        "errors": {
            "type": "array",
            "description": "Each offending part.",
            "items": {
                "type": "object",
                "required": ["where", "reason"],
                "properties": {"where": {"type": "string"}, "reason": {"type": "string"}},
            },
        },
    },
}

_HEADERS: Final[dict[str, dict[str, Any]]] = {
    "X-Request-ID": {
        "description": "The request's name in the server's log; the client's own, where it sent one.",
        "schema": {"type": "string"},
    },
    "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}},
    "WWW-Authenticate": {"description": "How a key is sent.", "schema": {"type": "string"}},
}
_HEADERS_OF = {
    "401": ("WWW-Authenticate",),
    "429": ("Retry-After",),
    "502": ("Retry-After",),
    "503": ("Retry-After",),
}

_ALL = refusals(HeadersError, RequestTimeoutError, HeadersTooLargeError, InternalError, DatabaseError)
_GUARDED = refusals(KeyNeededError, TooManyRequestsError)
_SIGNED = refusals(SignatureError)
_WITH_BODY = refusals(BodyTooLargeError, UnsupportedMediaTypeError)


def complete_problems(described: dict[str, Any]) -> None:
    """Adds to an OpenAPI document what its routes leave out: errors that any of them may have, and their schema."""
    components = described.setdefault("components", {})
    components["headers"] = _HEADERS
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):  # FastAPI's own, which this server never sends
        schemas.pop(name, None)
    schemas["Problem"] = PROBLEM_SCHEMA
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            responses = operation["responses"]
            if responses.get("422", {}).get("description") == "Validation Error":
                responses |= _as_keys(refusals(InvalidRequestError))
            for common in _common(method, path):
                _add(responses, _as_keys(common))
            for status, response in responses.items():
                headers = {name: _header(name) for name in ("X-Request-ID", *_HEADERS_OF.get(status, ()))}
                responses[status] = {**response, "headers": headers | response.get("headers", {})}
            operation["responses"] = dict(sorted(responses.items()))


def _common(method: str, path: str) -> Iterator[dict[int | str, dict[str, Any]]]:
    """Errors of an operation that come from what is in front of its route."""
    yield _ALL
    if not is_open(method.upper(), path):
        yield _GUARDED
    if is_signable(method, path):
        yield _SIGNED
    if method == "post":
        yield _WITH_BODY


def _add(responses: dict[str, dict[str, Any]], more: dict[str, dict[str, Any]]) -> None:
    for status, response in more.items():
        said = responses.get(status, {}).get("description", "")
        if response["description"] not in said:
            responses[status] = {**response, "description": f"{said} {response['description']}".strip()}


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}


def _as_keys(responses: dict[int | str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {str(status): response for status, response in responses.items()}
