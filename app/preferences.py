"""The header `Prefer` (RFC 7240), as far as Landshot knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import Header

if TYPE_CHECKING:
    from collections.abc import Iterable

RESPOND_ASYNC = "respond-async"
LENIENT = "handling=lenient"

PreferLenient = Annotated[
    str | None,
    Header(
        alias="prefer",
        description="`handling=lenient` goes on without labels at fault, and names them in `left_out` (RFC 7240).",
    ),
]
"""Of a route that corrects labels."""


def applied(*, lenient: bool) -> dict[str, str]:
    """What an answer says of the preference that it followed."""
    return {"Preference-Applied": LENIENT} if lenient else {}


def prefers_async(headers: Iterable[str]) -> bool:
    """Whether a request would rather have a job than wait.

    Args:
        headers: the values of its `Prefer` headers; what is not known in them is passed over, as the standard says.
    """
    return RESPOND_ASYNC in _preferences(headers)


def prefers_lenient(headers: Iterable[str]) -> bool:
    """Whether a request would rather go on without what is wrong in it; argument as `prefers_async`."""
    return LENIENT in _preferences(headers)


def _preferences(headers: Iterable[str]) -> set[str]:
    """Without their parameters, in small letters."""
    parts = (part.partition(";")[0] for header in headers for part in header.split(","))
    return {part.replace(" ", "").replace('"', "").strip().lower() for part in parts}
