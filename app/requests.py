"""The body of POST /adapt: from bytes to a checked `MapRequest`, with every fault named."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import date
from typing import Annotated, Any, Literal, Never

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from app.errors import InvalidRequestError, MalformedJsonError
from app.faults import json_position, sentences
from app.map_request import MapRequest
from app.settings import NAME_PATTERN
from geodata.errors import LabelsError
from geodata.grid import BoundingBox
from geodata.labels import parse_geojson
from geodata.legend import Legend

_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


_LEGEND_SCHEMA = {
    "type": "array",
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
            "name": {"type": "string", "description": "The `class` of the labels that mean it."},
            "title": {"type": "string", "description": "As people read it."},
            "color": {"type": "string", "pattern": "^#[0-9A-Fa-f]{6}$"},
        },
    },
}
"""What `geodata.legend` checks, for the API's description."""


def _day(value: object) -> object:
    """Only days as RFC 3339 writes them; pydantic would take numbers of seconds too."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise ValueError("should be a day such as '2025-06-30'")


Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class AdaptRequest(BaseModel):
    """A region, and a handful of labelled pixels in it."""

    model_config = ConfigDict(extra="forbid")

    imagery: Annotated[str, Field(pattern=NAME_PATTERN)] | None = Field(
        default=None,
        description="Imagery of GET /imagery, by its name. May be left out where the server has only one.",
    )
    bbox: Annotated[list[float], Field(min_length=4, max_length=4)] | None = Field(
        default=None,
        description="What to map: [west, south, east, north] in degrees (WGS 84); west > east crosses the "
        "antimeridian. Left out: the whole scene; of a catalogue, the surroundings of the labels.",
    )
    labels: dict[str, Any] = Field(
        description="A GeoJSON FeatureCollection (RFC 7946) of Points and Polygons, longitude first, "
        "each with a property `class`. At least two classes; one label a class is enough to begin with."
    )
    legend: Annotated[list[Any], WithJsonSchema(_LEGEND_SCHEMA)] | None = Field(
        default=None,
        description="The classes of the map. Left out: made from the labels, with the values and colours of "
        "ESA WorldCover where a name is one of its classes.",
    )
    start: Day | None = Field(
        default=None,
        description="First day of the imagery. For catalogues, which need it; other imagery has its own dates.",
    )
    end: Day | None = Field(default=None, description="Last day, inclusive; see `start`.")
    steps: Literal["month", "season", "all"] | None = Field(
        default=None,
        description="How the period is cut into the dates that the learner sees, each a composite of clear "
        "observations. For catalogues only. Left out: as GET /imagery says.",
    )


def parse_body(body: bytes, *, max_labels: int) -> tuple[str | None, MapRequest]:
    """The name of the imagery (None: not named), and what to map.

    Raises:
        MalformedJsonError: the body is not JSON; says where.
        InvalidRequestError: fields that are missing, unknown or of the wrong kind.
        LandshotError: region, labels or legend are refused.
    """
    try:
        asked = AdaptRequest.model_validate(_json(body), strict=True)
    except ValidationError as error:
        found = sentences(error.errors(include_url=False))
        summary = "; ".join(f"{fault.where}: {fault.reason}" for fault in found[:3])
        raise InvalidRequestError(summary, found) from None
    features = asked.labels.get("features")
    if isinstance(features, list) and len(features) > max_labels:
        raise LabelsError(f"{len(features):,} labels, and a request may have {max_labels:,}; leave some out.")
    return asked.imagery, MapRequest(
        labels=parse_geojson(asked.labels),
        bbox=None if asked.bbox is None else BoundingBox(*asked.bbox),
        legend=None if asked.legend is None else Legend.from_json(asked.legend),
        start=asked.start,
        end=asked.end,
        steps=asked.steps,
    )


def _json(body: bytes) -> object:
    """The document, with nothing in it that JSON does not have or that could not be written out again."""
    try:
        document: object = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
        if _ESCAPED_SURROGATE.search(body):
            json.dumps(document, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise MalformedJsonError(json_position(error)) from None
    except RecursionError:
        raise MalformedJsonError("not JSON that can be read: it is nested too deeply") from None
    except ValueError as error:  # not UTF-8, a number with thousands of digits, half a surrogate pair
        raise MalformedJsonError(f"not JSON that can be read: {error}") from None
    return document


def _no_constant(name: str) -> Never:
    raise ValueError(f"{name} is no JSON number; leave such a label out")
