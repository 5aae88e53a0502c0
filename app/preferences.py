"""The header `Prefer` (RFC 7240), as far as Landshot knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

RESPOND_ASYNC = "respond-async"


def prefers_async(headers: Iterable[str]) -> bool:
    """Whether a request would rather have a job than wait.

    Args:
        headers: the values of its `Prefer` headers; what is not known in them is passed over, as the standard says.
    """
    preferences = (part for header in headers for part in header.split(","))
    return any(part.partition(";")[0].strip().lower() == RESPOND_ASYNC for part in preferences)
