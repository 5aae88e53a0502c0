"""STAC API - Item Search: what a client looks for among all maps, by address or by body."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import shapely
from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema

from app.errors import InvalidRequestError, MalformedJsonError
from app.faults import invalid, sentences
from app.requests import read_json
from app.results.boxes import Corners, boxes_of
from app.results.collection import COLLECTION
from app.results.periods import DATETIME_PATTERN, Period, period_asked
from geodata.errors import Fault
from geodata.geojson import MAX_OUTLINE, too_large

if TYPE_CHECKING:
    from app.results.digest import Digest

_KINDS = Literal[
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"
]


class Intersects(BaseModel):
    """A GeoJSON geometry."""

    model_config = ConfigDict(extra="allow")

    type: _KINDS


Name = Annotated[str, Field(max_length=100)]


class SearchRequest(BaseModel):
    """The body of POST /search."""

    model_config = ConfigDict(extra="forbid")

    bbox: Annotated[list[float], Field(min_length=4, max_length=6)] | None = Field(
        default=None, description="West, south, east, north in degrees (WGS 84)."
    )
    intersects: Intersects | None = Field(default=None, description="A GeoJSON geometry, instead of `bbox`.")
    datetime: (
        Annotated[str, Field(max_length=100), WithJsonSchema({"type": "string", "pattern": DATETIME_PATTERN})]
        | None
    ) = Field(default=None, description="An instant, a day, or an interval that the imagery's period meets.")
    collections: list[Name] | None = Field(default=None, description="`maps` is the only one.")
    ids: list[Name] | None = Field(default=None, description="Names of maps.")
    limit: int = Field(
        default=10, ge=1, description="Most maps in one answer; more than 1000 is taken as 1000."
    )
    offset: int = Field(default=0, ge=0, le=1_000_000, description="Maps to skip; `next` links have it.")

    @classmethod
    def from_body(cls, body: bytes) -> Self:
        """Read it.

        Raises:
            MalformedJsonError: the body is not JSON.
            InvalidRequestError: a member is unknown or of the wrong kind.
        """
        try:
            return cls.model_validate(read_json(body), strict=True)
        except ValidationError as error:
            raise invalid(sentences(error.errors(include_url=False))) from None

    def to_body(self, offset: int) -> dict[str, Any]:
        """The body for the page that begins there."""
        return self.model_dump(exclude_none=True, mode="json") | {"offset": offset}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which maps a client looks for."""

    boxes: tuple[Corners, ...] | None = None
    period: Period | None = None
    outline: shapely.Geometry | None = None
    ids: frozenset[str] | None = None
    nothing: bool = False
    """Only collections that there are not."""

    @classmethod
    def of(cls, asked: SearchRequest) -> Self:
        """What a search means.

        Raises:
            InvalidRequestError: `bbox`, `intersects` or `datetime` cannot be read, or there are both of the first two.
        """
        if asked.bbox is not None and asked.intersects is not None:
            raise _refused("intersects", "cannot be combined with bbox; send one of them")
        return cls(
            boxes=None if asked.bbox is None else boxes_of(asked.bbox),
            period=None if asked.datetime is None else period_asked(asked.datetime),
            outline=None if asked.intersects is None else _geometry(asked.intersects.model_dump()),
            ids=None if asked.ids is None else frozenset(asked.ids),
            nothing=asked.collections is not None and COLLECTION not in asked.collections,
        )

    def has(self, map_id: str, digest: Digest) -> bool:
        """Whether a map is one of them."""
        return (
            not self.nothing
            and (self.ids is None or map_id in self.ids)
            and (self.boxes is None or digest.touches(self.boxes))
            and (self.period is None or digest.period.overlaps(self.period))
            and (self.outline is None or bool(digest.outline.intersects(self.outline)))
        )


def geometry_in(text: str) -> Intersects:
    """Of the parameter `intersects` of an address.

    Raises:
        InvalidRequestError: it is no GeoJSON geometry.
    """
    try:
        return Intersects.model_validate(read_json(text.encode()), strict=True)
    except (MalformedJsonError, ValidationError):
        raise _refused("intersects", "should be a GeoJSON geometry") from None


def _geometry(document: dict[str, Any]) -> shapely.Geometry:
    try:
        geometry = shapely.from_geojson(json.dumps(document))
    except (shapely.GEOSException, RecursionError):
        raise _refused("intersects", "is no GeoJSON geometry; check its coordinates") from None
    if (positions := int(shapely.get_num_coordinates(geometry))) > MAX_OUTLINE:
        raise _refused("intersects", too_large(positions))
    if not geometry.is_valid:
        raise _refused("intersects", f"is not valid ({shapely.is_valid_reason(geometry)}); draw it again")
    return geometry


def _refused(where: str, reason: str) -> InvalidRequestError:
    return invalid([Fault(where, reason)])
