"""GeoJSON geometries (RFC 7946) -> shapely's, each refused with what is wrong with it."""

from __future__ import annotations

from typing import Any, Final

import shapely

MAX_OUTLINE: Final = 10_000
"""Positions of one geometry. Whether an outline crosses itself takes ever longer to find out."""


class FeatureError(Exception):
    """Why one feature cannot be used, as the end of a sentence about it."""


def read_geometry(geometry: object) -> tuple[float, float] | shapely.Geometry:
    """A geometry of a feature; a point stays a pair of numbers, because making many at once is faster.

    Raises:
        FeatureError: it is no point or polygon, or its coordinates do not fit.
    """
    if not isinstance(geometry, dict):
        raise FeatureError("has no geometry; give a Point or a Polygon")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        return _position(coordinates)
    if kind == "Polygon":
        return _polygon(coordinates)
    if kind == "MultiPoint":
        _check_size(len(_list(coordinates)))
        return shapely.MultiPoint([_position(p) for p in _list(coordinates)])
    if kind == "MultiPolygon":
        _check_size(sum(_count(p) for p in _list(coordinates)))
        return shapely.MultiPolygon([_polygon(p) for p in _list(coordinates)])
    raise FeatureError(f"is a {kind}; draw points or polygons")


def too_large(positions: int) -> str:
    """Why a geometry with more than `MAX_OUTLINE` positions is refused."""
    return (
        f"has {positions:,} positions, more than {MAX_OUTLINE:,}; simplify its outline, or draw a part of it"
    )


def _check_size(positions: int) -> None:
    if positions > MAX_OUTLINE:
        raise FeatureError(too_large(positions))


def _count(rings: object) -> int:
    return sum(len(_list(ring)) for ring in _list(rings))


def _position(value: object) -> tuple[float, float]:
    if isinstance(value, list) and len(value) >= 2:
        lon, lat = value[:2]
        if _is_number(lon) and _is_number(lat):
            return lon, lat
    raise FeatureError(f"has the coordinates {_short(value)}; give [longitude, latitude] in degrees")


def _is_number(value: object) -> bool:
    # The comparison also refuses NaN and infinity, which Python's JSON reader lets through.
    return isinstance(value, (int, float)) and not isinstance(value, bool) and -1e9 < value < 1e9


def _polygon(value: object) -> shapely.Polygon:
    _check_size(_count(value))
    rings = [[_position(p) for p in ring] for ring in _list(value)]
    if not rings or any(len(ring) < 4 or ring[0] != ring[-1] for ring in rings):
        raise FeatureError(
            "has an outline that is not closed; a ring has four positions or more, the last is the first"
        )
    return shapely.Polygon(rings[0], rings[1:])


def _list(value: object) -> list[Any]:
    if not isinstance(value, list):
        raise FeatureError(f"has the coordinates {_short(value)}, which do not fit its type")
    return value


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
