"""Numbers and dates as the report writes them: the same for every reader, thousands apart by a narrow space."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

NARROW: Final = "\u202f"
"""A narrow space at which no line breaks (ISO 80000-1 groups digits by thin spaces)."""


def number(value: float, decimals: int = 0) -> str:
    """`12 345.60`, its groups apart by a narrow space."""
    return f"{value:,.{decimals}f}".replace(",", NARROW)


def percent(share: float | None) -> str:
    """Of a share 0..1: `45.3 %`; a dash where there is none."""
    return "–" if share is None else f"{100 * share:.1f}{NARROW}%"  # noqa: RUF001 - a dash is meant


def square(area_m2: float, *, large: bool) -> str:
    """An area in hectares, or in square kilometres where all of a table is."""
    return f"{number(area_m2 / 1e6, 2)}{NARROW}km²" if large else f"{number(area_m2 / 1e4, 2)}{NARROW}ha"


def distance(metres: float) -> str:
    """Metres, or kilometres from one on."""
    if metres >= 1000:
        return f"{number(metres / 1000, 0 if metres % 1000 == 0 else 1)}{NARROW}km"
    return f"{metres:g}{NARROW}m"


def longitude(degrees: float) -> str:
    """`3.00000° E`."""
    return f"{abs(degrees):.5f}°{NARROW}{'W' if degrees < 0 else 'E'}"


def latitude(degrees: float) -> str:
    """`50.98000° N`."""
    return f"{abs(degrees):.5f}°{NARROW}{'S' if degrees < 0 else 'N'}"


def moment(seconds: float) -> str:
    """Of seconds since 1970: `2025-06-14, 09:30 UTC`."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d, %H:%M UTC")
