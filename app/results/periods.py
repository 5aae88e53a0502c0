"""When a map's imagery was taken, and the `datetime` of a request (RFC 3339): instants and intervals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from app.faults import invalid
from geodata.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.errors import InvalidRequestError

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_INSTANT = rf"{_DAY}[Tt ][0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]{{1,9}})?([Zz]|[+-][0-9]{{2}}:[0-9]{{2}})"
_MOMENT = rf"({_DAY}|{_INSTANT})"

DATETIME_PATTERN: Final = rf"^({_MOMENT}(/({_MOMENT}|\.\.)?)?|(\.\.)?/{_MOMENT})$"
"""The form of what `period_asked` reads, for the API's description."""

_OPEN = ("", "..")


@dataclass(frozen=True, slots=True)
class Period:
    """From one instant to another, both inclusive; None is open."""

    first: datetime | None
    last: datetime | None

    def overlaps(self, other: Period) -> bool:
        """Whether they share an instant."""
        return _not_after(self.first, other.last) and _not_after(other.first, self.last)


def period_of(properties: Mapping[str, Any]) -> Period:
    """Of a STAC Item; open on both sides where the day of its imagery is not known."""
    if day := properties.get("datetime"):
        return Period(datetime.fromisoformat(day), datetime.fromisoformat(day))
    first, last = properties["start_datetime"], properties["end_datetime"]
    if last.startswith("9999"):
        return Period(None, None)
    return Period(datetime.fromisoformat(first), datetime.fromisoformat(last))


def period_asked(text: str) -> Period:
    """Read `2025-06-01T00:00:00Z`, `2025-06-01`, or two of them with a slash between; `..` is open.

    Raises:
        InvalidRequestError: it is none of these.
    """
    parts = text.split("/")
    if len(parts) == 1:
        return Period(*_bounds(text))
    if len(parts) != 2 or (parts[0] in _OPEN and parts[1] in _OPEN):
        raise _refused(text)
    first = None if parts[0] in _OPEN else _bounds(parts[0])[0]
    last = None if parts[1] in _OPEN else _bounds(parts[1])[1]
    if not _not_after(first, last):
        raise _refused(text)
    return Period(first, last)


def _bounds(text: str) -> tuple[datetime, datetime]:
    """First and last instant of a day, or an instant twice."""
    try:
        if re.fullmatch(_DAY, text):
            day = datetime.fromisoformat(text).replace(tzinfo=UTC)
            return day, day + timedelta(days=1, microseconds=-1)
        if re.fullmatch(_INSTANT, text):
            # datetime has no nanoseconds, and no small letters.
            instant = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text.upper()))
            return instant, instant
    except (ValueError, OverflowError):
        pass
    raise _refused(text)


def _not_after(first: datetime | None, last: datetime | None) -> bool:
    return first is None or last is None or first <= last


def _refused(text: str) -> InvalidRequestError:
    reason = (
        f"is {text[:80]!r}; give an instant like 2025-06-01T00:00:00Z, a day, or an interval of two with a slash "
        "between, the earlier one first; '..' leaves one side open"
    )
    return invalid([Fault("datetime", reason)])
