"""What `geodata` checks in labels, boxes and legends, as JSON schemas for the API's description.

A schema says less than the check: that a ring is closed, or a box on the imagery, is no matter of form.
"""

from __future__ import annotations

from typing import Any, Final

_POSITION: Final[dict[str, Any]] = {
    "type": "array",
    "description": "Longitude and latitude in degrees (WGS 84); more is ignored.",
    "minItems": 2,
    "prefixItems": [
        {"type": "number", "minimum": -180, "maximum": 180},
        {"type": "number", "minimum": -90, "maximum": 90},
    ],
}
_RING: Final[dict[str, Any]] = {
    "type": "array",
    "description": "Closed: the last position is the first.",
    "minItems": 4,
    "items": _POSITION,
}
_POLYGON: Final[dict[str, Any]] = {
    "type": "array",
    "description": "The outline, then holes.",
    "minItems": 1,
    "items": _RING,
}


def _geometry(kind: str, coordinates: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "title": kind,
        "required": ["type", "coordinates"],
        "properties": {"type": {"const": kind}, "coordinates": coordinates},
    }


GEOMETRY_SCHEMA: Final[dict[str, Any]] = {
    "description": "A GeoJSON geometry (RFC 7946), longitude first.",
    "anyOf": [
        _geometry("Point", _POSITION),
        _geometry("Polygon", _POLYGON),
        _geometry("MultiPoint", {"type": "array", "minItems": 1, "items": _POSITION}),
        _geometry("MultiPolygon", {"type": "array", "minItems": 1, "items": _POLYGON}),
    ],
}

FEATURE_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": "A GeoJSON Feature: Point or Polygon, with a property `class`.",
    "required": ["type", "geometry", "properties"],
    "properties": {
        "type": {"const": "Feature"},
        "geometry": GEOMETRY_SCHEMA,
        "properties": {
            "type": "object",
            "required": ["class"],
            "properties": {
                "class": {
                    "type": ["string", "integer"],
                    "description": "Name of a class, or its value.",
                    "minLength": 1,
                    "maxLength": 100,
                }
            },
        },
    },
}


def _collection(features: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "features"],
        "properties": {"type": {"const": "FeatureCollection"}, "features": features},
    }


LABELS_SCHEMA: Final[dict[str, Any]] = _collection({"type": "array", "minItems": 1, "items": FEATURE_SCHEMA})

ANY_LABELS_SCHEMA: Final[dict[str, Any]] = _collection({"type": "array", "items": FEATURE_SCHEMA})
"""Of what is only to be planned: there may be none yet."""

BBOX_SCHEMA: Final[dict[str, Any]] = {
    "type": "array",
    "minItems": 4,
    "maxItems": 4,
    "prefixItems": [
        {"type": "number", "title": name, "minimum": -limit, "maximum": limit}
        for name, limit in (("west", 180), ("south", 90), ("east", 180), ("north", 90))
    ],
}

LEGEND_SCHEMA: Final[dict[str, Any]] = {
    "type": "array",
    "minItems": 2,
    "maxItems": 254,
    "items": {
        "type": "object",
        "required": ["value", "name"],
        "additionalProperties": False,
        "properties": {
            "value": {
                "type": "integer",
                "minimum": 1,
                "maximum": 254,
                "description": "In the map; 0 is nodata.",
            },
            "name": {
                "type": "string",
                "minLength": 1,
                "maxLength": 100,
                "description": "The `class` of the labels that mean it.",
            },
            "title": {"type": "string", "maxLength": 200, "description": "As people read it."},
            "color": {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"},
        },
    },
}
