"""What a client sends and what it wants back: the few HTTP headers that Landshot reads itself (RFC 9110)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Header

if TYPE_CHECKING:
    from collections.abc import Sequence

Accept = Annotated[str, Header(include_in_schema=False)]
"""Of a route; OpenAPI has the media types of its responses instead."""


def best_of(accept: str, offered: Sequence[str]) -> str | None:
    """The media type of `offered` that an Accept header prefers: the first on a draw, None if it refuses all.

    A more specific range says more about a type than a wildcard does (RFC 9110, section 12.5.1).
    """
    ranges = [_media_range(part) for part in accept.split(",") if part.strip()] or [("*/*", 1.0)]
    quality = {media_type: _quality(media_type, ranges) for media_type in offered}
    best = max(offered, key=lambda media_type: quality[media_type])
    return best if quality[best] > 0 else None


def is_json(content_type: str) -> bool:
    """Whether a Content-Type is JSON: `application/json` or any `application/...+json`."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )


def wants_fresh(cache_control: str) -> bool:
    """Whether a request's Cache-Control refuses a stored answer."""
    directives = {part.replace(" ", "").lower() for part in cache_control.split(",")}
    return bool(directives & {"no-cache", "no-store", "max-age=0"})


def matches_etag(if_none_match: str, etag: str) -> bool:
    """Whether If-None-Match names the ETag (weak comparison, RFC 9110, section 13.1.2)."""
    named = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
    return "*" in named or etag.removeprefix("W/") in named


def _media_range(part: str) -> tuple[str, float]:
    media_range, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return media_range, float(parameter[2:])
            except ValueError:
                return media_range, 0.0
    return media_range, 1.0


def _quality(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    kind = media_type.partition("/")[0]
    for pattern in (media_type, f"{kind}/*", "*/*"):
        found = [quality for media_range, quality in ranges if media_range == pattern]
        if found:
            return max(found)
    return 0.0
