"""The labels behind a map: how many of each class, where they lie in the picture, and the request that they were in."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import shapely

from app.files.label_tables import geometries_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from app.adaptations.body import Body
    from app.adaptations.version import Version
    from app.report.ground import Ground

MOST_DRAWN: Final = 1000
MOST_POSITIONS: Final = 20_000
"""Labels in the picture, and positions of all of them; with more it would be labels and nothing else."""

MOST_PRINTED: Final = 40
"""Labels that the request is printed with."""

PICTURE_WIDTH: Final = 1000.0
"""Units that positions in the picture are told in."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A label in the picture."""

    points: tuple[tuple[float, float], ...]
    """Middles of dots."""

    path: str
    """An outline as SVG writes it; empty where there is none."""

    color: str


@dataclass(frozen=True, slots=True)
class LabelFacts:
    """Of the version of an adaptation that a map is the prediction of."""

    version: Version
    body: Body

    @property
    def features(self) -> Sequence[Mapping[str, Any]]:
        """GeoJSON."""
        return self.body.labels.features

    @property
    def pixels(self) -> int:
        """Labelled pixels that the model was adapted to."""
        return sum(self.version.summary.labelled_pixels.values())

    @property
    def by_class(self) -> Mapping[int, int]:
        """Class value -> labels."""
        legend = self.version.summary.legend
        names = Counter(str(feature["properties"]["class"]) for feature in self.features)
        found: Counter[int] = Counter()
        for name, count in names.items():
            position = legend.find(name)
            if position is not None:
                found[legend.classes[position].value] += count
        return found

    def marks(self, ground: Ground) -> tuple[Mark, ...]:
        """All labels in a picture `PICTURE_WIDTH` wide; none where they are too many to be told apart."""
        geometries = geometries_of(self.features)
        if len(geometries) > MOST_DRAWN or shapely.get_num_coordinates(geometries).sum() > MOST_POSITIONS:
            return ()
        legend = self.version.summary.legend
        return tuple(
            _mark(geometry, legend.classes[legend.index_of(str(feature["properties"]["class"]))].color)
            for feature, geometry in zip(self.features, ground.placed(geometries, PICTURE_WIDTH), strict=True)
        )

    @property
    def request(self) -> str:
        """The body of POST /adapt that makes the map again, as JSON; many labels are only named."""
        members = [f"{json.dumps(name)}: {_lines(value)}" for name, value in self.body.document.items()]
        if len(self.features) > MOST_PRINTED:
            members.append(f'"labels": "the {len(self.features)} labels that GET {self.address} gives"')
        else:
            members.append(
                f'"labels": {{"type": "FeatureCollection", "features": {_lines(list(self.features))}}}'
            )
        return "{\n  " + ",\n  ".join(members) + "\n}"

    @property
    def address(self) -> str:
        """Where the labels are."""
        return f"/adaptations/{self.version.adaptation_id}/labels?version={self.version.number}"


def _lines(value: object) -> str:
    """JSON, each object of a list in a line of its own."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        lines = ",\n    ".join(json.dumps(each, ensure_ascii=False) for each in value)
        return f"[\n    {lines}\n  ]"
    return json.dumps(value, ensure_ascii=False)


def _mark(geometry: shapely.Geometry, color: str) -> Mark:
    parts = list(shapely.get_parts(geometry))
    points = tuple((round(p.x, 1), round(p.y, 1)) for p in parts if p.geom_type == "Point")
    rings = [ring for part in parts if part.geom_type == "Polygon" for ring in _rings(part)]
    return Mark(points, " ".join(_path(ring) for ring in rings), color)


def _rings(polygon: shapely.Polygon) -> Iterator[Any]:
    yield polygon.exterior
    yield from polygon.interiors


def _path(ring: Any) -> str:  # noqa: ANN401 - a LinearRing
    return f"M{'L'.join(f'{x:.1f} {y:.1f}' for x, y in ring.coords[:-1])}Z"
