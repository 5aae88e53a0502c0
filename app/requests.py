"""The body of POST /adapt, and of its plan: from bytes to a checked request, with every fault named."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import date
from typing import Annotated, Any, Final, Literal, Never, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, WithJsonSchema

from app.errors import MalformedJsonError
from app.faults import invalid, json_position, sentences
from app.input_schemas import ANY_LABELS_SCHEMA, BBOX_SCHEMA, LABELS_SCHEMA, LEGEND_SCHEMA
from app.limits import MOST_CLASSES, refuse_too_many_classes
from app.map_request import ImageryRequest, MapRequest
from app.settings import NAME_PATTERN
from geodata.errors import LabelsError
from geodata.grid import BoundingBox
from geodata.labels import parse_geojson
from geodata.legend import Legend

_NO_LABELS: Final[tuple[str, list[Any]]] = ("FeatureCollection", [])
"""Type and features of a collection of none."""

_ESCAPED_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def _day(value: object) -> object:
    """Only days as RFC 3339 writes them; pydantic would take numbers of seconds too."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    raise ValueError("should be a day such as '2025-06-30'")


_Model = TypeVar("_Model", bound=BaseModel)

Box = Annotated[list[float], Field(min_length=4, max_length=4), WithJsonSchema(BBOX_SCHEMA)]
Steps = Literal["month", "season", "all"]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]


class _RegionRequest(BaseModel):
    model_config = ConfigDict(extra="forbid")

    imagery: Annotated[str, Field(pattern=NAME_PATTERN)] | None = Field(
        default=None,
        description="Imagery of GET /imagery, by its name. May be left out where the server has only one.",
    )
    bbox: Box | None = Field(
        default=None,
        description="What to map: [west, south, east, north] in degrees (WGS 84); west > east crosses the "
        "antimeridian. Left out: the whole scene; of a catalogue, the surroundings of the labels.",
    )
    legend: Annotated[list[Any], WithJsonSchema(LEGEND_SCHEMA)] | None = Field(
        default=None,
        description="The classes of the map. Left out: made from the labels, with the values and colours of "
        "ESA WorldCover where a name is one of its classes.",
    )
    start: Day | None = Field(
        default=None,
        description="First day of the imagery. For catalogues, which need it; other imagery has its own dates.",
    )
    end: Day | None = Field(default=None, description="Last day, inclusive; see `start`.")
    steps: Steps | None = Field(
        default=None,
        description="How the period is cut into the dates that the learner sees, each a composite of clear "
        "observations. For catalogues only. Left out: as GET /imagery says.",
    )
    neighbourhood: Literal[1, 3, 5] = Field(
        default=1,
        description="Pixels a side of the square whose mean the learner sees of each pixel. 3 is better for composites "
        "of many dates; 1 keeps what is narrow.",
    )


class AdaptRequest(_RegionRequest):
    """A region, and a handful of labelled pixels in it."""

    labels: Annotated[dict[str, Any], WithJsonSchema(LABELS_SCHEMA)] = Field(
        description="A GeoJSON FeatureCollection (RFC 7946) of Points and Polygons, longitude first, "
        "each with a property `class`. At least two classes; one label a class is enough to begin with."
    )


class PlanRequest(_RegionRequest):
    """A region, and the labels that there are already, if any."""

    labels: Annotated[dict[str, Any], WithJsonSchema(ANY_LABELS_SCHEMA)] | None = Field(
        default=None,
        description="As in `POST /adapt`. Left out, or without any feature: the region is planned, and nothing is said "
        "of labels. A catalogue needs `bbox` then.",
    )


def parse_body(
    body: bytes, *, max_labels: int, max_classes: int = MOST_CLASSES
) -> tuple[str | None, MapRequest]:
    """The name of the imagery (None: not named), and what to map.

    Raises:
        MalformedJsonError: the body is not JSON; says where.
        InvalidRequestError: fields that are missing, unknown or of the wrong kind.
        LandshotError: region, labels or legend are refused.
    """
    asked = _checked(AdaptRequest, body)
    return asked.imagery, _map_request(asked, asked.labels, max_labels, max_classes)


def parse_plan_body(
    body: bytes, *, max_labels: int, max_classes: int = MOST_CLASSES
) -> tuple[str | None, ImageryRequest]:
    """The same of a request that is only to be planned: a `MapRequest` where it has labels. Errors as `parse_body`."""
    asked = _checked(PlanRequest, body)
    collection = asked.labels
    if collection is not None and (collection.get("type"), collection.get("features")) != _NO_LABELS:
        return asked.imagery, _map_request(asked, collection, max_labels, max_classes)
    refuse_too_many_classes(len(asked.legend or ()), max_classes)
    _ = _legend(asked)  # which may be refused
    return asked.imagery, ImageryRequest(**_place(asked))


def _checked(model: type[_Model], body: bytes) -> _Model:
    try:
        return model.model_validate(read_json(body), strict=True)
    except ValidationError as error:
        raise invalid(sentences(error.errors(include_url=False))) from None


def _map_request(
    asked: _RegionRequest, collection: dict[str, Any], max_labels: int, max_classes: int
) -> MapRequest:
    features = collection.get("features")
    if isinstance(features, list) and len(features) > max_labels:
        raise LabelsError(
            f"{len(features):,} labels, and a request may have {max_labels:,} (LANDSHOT_MAX_LABELS); leave some out."
        )
    labels = parse_geojson(collection)
    refuse_too_many_classes(len(asked.legend or ()), max_classes)
    refuse_too_many_classes(len({name.strip().casefold() for name in labels.class_names}), max_classes)
    place = _place(asked)
    return MapRequest(labels, legend=_legend(asked), **place)


def _place(asked: _RegionRequest) -> dict[str, Any]:
    """The fields of an `ImageryRequest`."""
    return {
        "bbox": None if asked.bbox is None else BoundingBox(*asked.bbox),
        "start": asked.start,
        "end": asked.end,
        "steps": asked.steps,
        "neighbourhood": asked.neighbourhood,
    }


def _legend(asked: _RegionRequest) -> Legend | None:
    return None if asked.legend is None else Legend.from_json(asked.legend)


def read_json(body: bytes) -> object:
    """The document, with nothing in it that JSON does not have or that could not be written out again.

    Raises:
        MalformedJsonError: the body is not JSON; says where.
    """
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
