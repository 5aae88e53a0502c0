"""Adaptations as they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.adaptations.body import Body
    from app.adaptations.summary import Summary


@dataclass(frozen=True, slots=True)
class Adaptation:
    """A history of versions, of which one is current."""

    id: str
    """32 hexadecimal digits."""

    owner: str
    created: float
    """Seconds since 1970 (UTC)."""

    head: int
    """The current version."""


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version that is not in the database yet."""

    change: Mapping[str, Any]
    """What was done to the labels."""

    body: Body
    map_id: str
    """Of the map that it makes, there or not."""

    summary: Summary
    parameters: bytes
    """Of `app.adaptations.parameters`."""


@dataclass(frozen=True, slots=True)
class Version:
    """One version, without its labels and parameters."""

    adaptation_id: str
    number: int
    """From 1."""

    parent: int | None
    """The version that it was made from."""

    created: float
    change: Mapping[str, Any]
    map_id: str
    summary: Summary
    next_label: int
    """The name of the next label that is added to it."""


def head_etag(adaptation_id: str, head: int, *, has_map: bool) -> str:
    """Names the current version of an adaptation, and whether its document has a link to the map."""
    return f'"{adaptation_id[:8]}-{head}{"-map" if has_map else ""}"'
