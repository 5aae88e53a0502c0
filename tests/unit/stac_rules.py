"""What the specifications of STAC's extensions ask for, in our own words: their schemas lie on the web.

pystac brings the schemas of STAC itself, and validates against these here as if they were those of the extensions.
"""

from __future__ import annotations

from pystac.validation import validate_dict
from pystac.validation.stac_validator import JsonSchemaSTACValidator

CLASSIFICATION = "https://stac-extensions.github.io/classification/v2.0.0/schema.json"
FILE = "https://stac-extensions.github.io/file/v2.1.0/schema.json"
MLM = "https://stac-extensions.github.io/mlm/v1.4.0/schema.json"
PROCESSING = "https://stac-extensions.github.io/processing/v1.1.0/schema.json"
PROJECTION = "https://stac-extensions.github.io/projection/v2.0.0/schema.json"

_NUMBERS = {"type": "array", "items": {"type": "number"}}
_TEXT = {"type": "string", "minLength": 1}


def only(prefix, known):
    """An object whose members with this prefix are known ones."""
    return {
        "type": "object",
        "properties": {f"{prefix}:{name}": rule for name, rule in known.items()},
        "patternProperties": {f"^(?!{prefix}:)": {}},
        "additionalProperties": False,
    }


def everywhere(rule):
    """The rule holds for an Item's properties, and for all assets of Items and Collections."""
    assets = {"type": "object", "additionalProperties": rule}
    return {"properties": {"properties": rule, "assets": assets, "item_assets": assets}}


_CLASS = {
    "type": "object",
    "required": ["value", "name"],
    "properties": {
        "value": {"type": "integer"},
        "name": {"type": "string", "pattern": "^[0-9A-Za-z_-]+$"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "color_hint": {"type": "string", "pattern": "^[0-9A-F]{6}$"},
        "nodata": {"type": "boolean"},
        "percentage": {"type": "number", "minimum": 0, "maximum": 100},
        "count": {"type": "integer", "minimum": 0},
    },
}
_CLASSES = only("classification", {"classes": {"type": "array", "minItems": 1, "items": _CLASS}})
_PROJECTION = only(
    "proj",
    {
        "code": {"type": ["string", "null"], "pattern": "^[A-Za-z_]+:[0-9A-Za-z]+$"},
        "wkt2": {"type": ["string", "null"]},
        "projjson": {"type": ["object", "null"]},
        "geometry": {"type": "object"},
        "bbox": _NUMBERS | {"minItems": 4, "maxItems": 6},
        "centroid": {"type": "object", "required": ["lat", "lon"]},
        "shape": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
        "transform": _NUMBERS | {"minItems": 6, "maxItems": 9},
    },
)
_PROCESSING = only(
    "processing",
    {
        "expression": {"type": "object", "required": ["format", "expression"]},
        "lineage": _TEXT,
        "level": _TEXT,
        "facility": _TEXT,
        "software": {"type": "object", "additionalProperties": {"type": "string"}},
    },
)
_FILE = only(
    "file",
    {
        "checksum": {"type": "string", "pattern": "^1220[0-9a-f]{64}$"},
        "size": {"type": "integer", "minimum": 1},
    },
)
_STRUCTURE = {
    "type": "object",
    "required": ["shape", "dim_order", "data_type"],
    "properties": {
        "shape": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": -1}},
        "dim_order": {"type": "array", "uniqueItems": True, "items": {"pattern": "^[a-z_-]+$"}},
    },
}
_TASKS = {"type": "array", "minItems": 1, "items": {"enum": ["semantic-segmentation"]}}
_MODEL = {
    "type": "object",
    "required": ["mlm:name", "mlm:architecture", "mlm:tasks", "mlm:input", "mlm:output"],
    "properties": {
        "mlm:name": {"pattern": r"^[A-Za-z][A-Za-z0-9_.\-\s]+[A-Za-z0-9]$"},
        "mlm:architecture": _TEXT,
        "mlm:tasks": _TASKS,
        "mlm:framework_version": {"pattern": r"^\d+\.\d+\.\d+(\+[0-9A-Za-z.-]+)?$"},
        "mlm:total_parameters": {"type": "integer", "minimum": 0},
        "mlm:hyperparameters": {"type": "object", "minProperties": 1},
        "mlm:input": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["name", "bands", "input"],
                "properties": {"bands": {"type": "array", "items": _TEXT}, "input": _STRUCTURE},
            },
        },
        "mlm:output": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["name", "tasks", "result"],
                "properties": {"tasks": _TASKS, "result": _STRUCTURE},
            },
        },
    },
}
_RULES = {
    CLASSIFICATION: {
        "properties": {
            "properties": _CLASSES,
            "assets": {
                "additionalProperties": {
                    "allOf": [_CLASSES, {"properties": {"bands": {"type": "array", "items": _CLASSES}}}]
                }
            },
        }
    },
    FILE: everywhere(_FILE),
    PROJECTION: everywhere(_PROJECTION),
    PROCESSING: {
        "allOf": [
            everywhere(_PROCESSING),
            {
                "if": {"properties": {"type": {"const": "Collection"}}},
                "then": {
                    "required": ["providers"],
                    "properties": {
                        "providers": {
                            "contains": {
                                "required": ["roles"],
                                "properties": {"roles": {"contains": {"enum": ["producer", "processor"]}}},
                            },
                            "items": _PROCESSING,
                        }
                    },
                },
            },
        ]
    },
    MLM: {
        "required": ["assets"],
        "properties": {
            "properties": _MODEL,
            "assets": {
                "minProperties": 1,
                "additionalProperties": {"properties": {"roles": {"contains": {"const": "mlm:model"}}}},
            },
        },
    },
}


def validator() -> JsonSchemaSTACValidator:
    """Validates STAC itself and the extensions above; any other one would need the web, and fails."""
    made = JsonSchemaSTACValidator()
    for uri, rule in _RULES.items():
        made.schema_cache[uri] = {"$schema": "http://json-schema.org/draft-07/schema#", "$id": uri} | rule
    return made


def validate(document: dict) -> list[str]:
    """The schemas that an Item or a Collection keeps to; raises where it does not."""
    return list(validate_dict(document, validator=validator()))
