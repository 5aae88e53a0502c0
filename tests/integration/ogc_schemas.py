"""What OGC API - Processes 1.0 (18-062r2) says of its documents, as JSON Schemas; members of our own are not named."""

from __future__ import annotations

from jsonschema import Draft202012Validator, FormatChecker

LINK = {
    "type": "object",
    "required": ["href"],
    "properties": {name: {"type": "string"} for name in ("href", "rel", "type", "hreflang", "title")},
}
LINKS = {"type": "array", "items": LINK}

MOMENT = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"}

STATUS_INFO = {
    "type": "object",
    "required": ["jobID", "status", "type"],
    "properties": {
        "processID": {"type": "string"},
        "type": {"enum": ["process"]},
        "jobID": {"type": "string"},
        "status": {"enum": ["accepted", "running", "successful", "failed", "dismissed"]},
        "message": {"type": "string"},
        "created": MOMENT,
        "started": MOMENT,
        "finished": MOMENT,
        "updated": MOMENT,
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
        "links": LINKS,
    },
    # What is not named by the standard says whose it is.
    "patternProperties": {"^landshot:": {}},
    "additionalProperties": False,
}

JOB_LIST = {
    "type": "object",
    "required": ["jobs", "links"],
    "properties": {"jobs": {"type": "array", "items": STATUS_INFO}, "links": LINKS},
}

CONFORMANCE = {
    "type": "object",
    "required": ["conformsTo"],
    "properties": {"conformsTo": {"type": "array", "items": {"type": "string", "format": "uri"}}},
}

LANDING_PAGE = {
    "type": "object",
    "required": ["links"],
    "properties": {"title": {"type": "string"}, "description": {"type": "string"}, "links": LINKS},
}

_DESCRIPTION_TYPE = {
    "title": {"type": "string"},
    "description": {"type": "string"},
    "keywords": {"type": "array", "items": {"type": "string"}},
}

PROCESS_SUMMARY = {
    "type": "object",
    "required": ["id", "version"],
    "properties": {
        "id": {"type": "string"},
        "version": {"type": "string"},
        "jobControlOptions": {
            "type": "array",
            "items": {"enum": ["sync-execute", "async-execute", "dismiss"]},
        },
        "outputTransmission": {"type": "array", "items": {"enum": ["value", "reference"]}},
        "links": LINKS,
        **_DESCRIPTION_TYPE,
    },
}

PROCESS_LIST = {
    "type": "object",
    "required": ["processes", "links"],
    "properties": {"processes": {"type": "array", "items": PROCESS_SUMMARY}, "links": LINKS},
}

PROCESS = {
    "allOf": [PROCESS_SUMMARY],
    "required": ["inputs", "outputs"],
    "properties": {
        "inputs": {
            "additionalProperties": {
                "type": "object",
                "required": ["schema"],
                "properties": {
                    "minOccurs": {"type": "integer", "minimum": 0},
                    "maxOccurs": {"anyOf": [{"type": "integer"}, {"enum": ["unbounded"]}]},
                    "schema": {"$ref": "https://json-schema.org/draft/2020-12/schema"},
                    **_DESCRIPTION_TYPE,
                },
            }
        },
        "outputs": {
            "additionalProperties": {
                "type": "object",
                "required": ["schema"],
                "properties": {"schema": {"$ref": "https://json-schema.org/draft/2020-12/schema"}},
            }
        },
    },
}

RESULTS = {
    "type": "object",
    "additionalProperties": {"allOf": [LINK]},
}

EXCEPTION = {
    "type": "object",
    "required": ["type"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
    },
}


def check(document, schema):
    """Raises where a document is not as the standard wants it; gives the document."""
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(document)
    return document
