"""The body of POST /adapt that makes a version again, with a name for each label."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Self

import shapely

from app.requests import parse_body
from geodata.labels import as_array

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.map_request import MapRequest


@dataclass(frozen=True, slots=True)
class NamedLabels:
    """Labels that a correction can point at."""

    features: tuple[Mapping[str, Any], ...]
    """GeoJSON features, each with an `id` of its own: a whole number, from 1, that no other label ever has."""

    next_id: int
    """The name of the next label that is added."""

    @classmethod
    def of(cls, request: MapRequest) -> Self:
        """The labels of a request, numbered in their order."""
        labels = request.labels.labels
        # Written so that reading them gives the very same numbers: the map's name depends on them.
        outlines = [json.loads(text) for text in shapely.to_geojson(as_array(labels))]
        features = tuple(
            {
                "type": "Feature",
                "id": number,
                "geometry": outline,
                "properties": {"class": label.class_name},
            }
            for number, (label, outline) in enumerate(zip(labels, outlines, strict=True), start=1)
        )
        return cls(features, len(features) + 1)

    @property
    def collection(self) -> dict[str, Any]:
        """A GeoJSON FeatureCollection."""
        return {"type": "FeatureCollection", "features": list(self.features)}

    def with_features(self, features: Sequence[Mapping[str, Any]], next_id: int) -> NamedLabels:
        """After a correction."""
        return replace(self, features=tuple(features), next_id=next_id)


@dataclass(frozen=True, slots=True)
class Body:
    """What `adaptation_versions.request` holds."""

    document: Mapping[str, Any]
    """Without its labels."""

    labels: NamedLabels

    @classmethod
    def of(cls, imagery: str, request: MapRequest) -> Self:
        """The body of a request, and the imagery that was chosen for it."""
        return cls(_document(imagery, request), NamedLabels.of(request))

    @classmethod
    def from_text(cls, text: str, next_id: int) -> Self:
        """The inverse of `text`; the next name is kept elsewhere."""
        document = json.loads(text)
        features = tuple(document.pop("labels")["features"])
        return cls(document, NamedLabels(features, next_id))

    @property
    def text(self) -> str:
        """JSON that POST /adapt takes."""
        return json.dumps({**self.document, "labels": self.labels.collection}, ensure_ascii=False)

    def parsed(self, *, max_labels: int, max_classes: int) -> tuple[str, MapRequest]:
        """The imagery's name, and what to map.

        Raises:
            LandshotError: after a correction it is not a request any more.
        """
        name, request = parse_body(self.text.encode(), max_labels=max_labels, max_classes=max_classes)
        assert name is not None
        return name, request

    def with_request(self, request: MapRequest) -> Body:
        """With box and legend of a request; the labels stay."""
        return Body(_document(str(self.document["imagery"]), request), self.labels)


def _document(imagery: str, request: MapRequest) -> dict[str, Any]:
    box, legend = request.bbox, request.legend
    given = {
        "imagery": imagery,
        "bbox": [box.west, box.south, box.east, box.north] if box else None,
        "legend": legend.to_json() if legend else None,
        "start": request.start.isoformat() if request.start else None,
        "end": request.end.isoformat() if request.end else None,
        "steps": request.steps,
        "neighbourhood": request.neighbourhood if request.neighbourhood > 1 else None,
    }
    return {name: value for name, value in given.items() if value is not None}
