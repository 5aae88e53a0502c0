"""Labels: what a user says is on the ground, and where, before any imagery is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geodata.errors import Fault, LabelsError
from geodata.geojson import MAX_OUTLINE, FeatureError, read_geometry, too_large

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MAX_LABELS: Final = 100_000
"""More than this is a mistake, or wants polygons."""

MAX_POSITIONS: Final = 200_000
"""Of all labels together; one label has at most `geodata.geojson.MAX_OUTLINE`."""

MAX_FAULTS: Final = 100
"""How many offending labels an error names one by one."""


@dataclass(frozen=True, slots=True)
class Label:
    """One place, or area, of one class."""

    index: int
    """Position in what the user sent, from 0."""

    class_name: str
    """As the user wrote it; the legend may know it by name or by value."""

    geometry: shapely.Geometry
    """Point, MultiPoint, Polygon or MultiPolygon, in degrees of longitude and latitude (WGS 84)."""


@dataclass(frozen=True, slots=True)
class LabelSet:
    """All labels of a request."""

    labels: tuple[Label, ...]
    """1 to `MAX_LABELS`."""

    def __post_init__(self) -> None:
        check_count(len(self.labels))
        check_positions(int(shapely.get_num_coordinates(as_array(self.labels)).sum()))
        if faults := geometry_faults(self.labels):
            raise refused(faults, len(self.labels))

    @property
    def class_names(self) -> tuple[str, ...]:
        """Each class once, sorted, so that the order of the labels does not matter."""
        return tuple(sorted({label.class_name for label in self.labels}))


@dataclass(frozen=True, slots=True)
class LabelReading:
    """What a document or a file of labels says; whoever reads one decides what becomes of the rest of it."""

    labels: tuple[Label, ...]
    """Those that could be read; nobody has looked at their geometries yet."""

    faults: tuple[Fault, ...]
    """One for each of the others, named `labels[index]`."""

    count: int
    """How many there were together."""

    def whole(self) -> LabelSet:
        """All labels, or none.

        Raises:
            LabelsError: anything is wrong with any label; `faults` names every one.
        """
        if self.faults:
            raise refused([*self.faults, *geometry_faults(self.labels)], self.count)
        return LabelSet(self.labels)

    def usable(self) -> tuple[tuple[Label, ...], tuple[Fault, ...]]:
        """The labels that can be used, and a fault for each of the others, both in the order of the file.

        Raises:
            LabelsError: not one can be used, or all together have too many positions.
        """
        check_positions(int(shapely.get_num_coordinates(as_array(self.labels)).sum()))
        faults = sorted([*self.faults, *geometry_faults(self.labels)], key=_index_of)
        offending = {fault.where for fault in faults}
        labels = tuple(label for label in self.labels if f"labels[{label.index}]" not in offending)
        if not labels:
            raise refused(faults, self.count)
        return labels, tuple(faults)


def parse_geojson(document: object) -> LabelSet:
    """All labels of a GeoJSON document; see `read_geojson`.

    Raises:
        LabelsError: `faults` names every offending label as `labels[index]`.
    """
    return read_geojson(document).whole()


def read_geojson(document: object) -> LabelReading:
    """Read a GeoJSON FeatureCollection (RFC 7946) of Points and Polygons with the property `class`.

    Raises:
        LabelsError: it is no such collection, or has too many labels or positions.
    """
    features = _features(document)
    check_count(len(features))
    faults: list[Fault] = []
    found: list[tuple[int, str]] = []
    geometries: list[shapely.Geometry | None] = []
    points: list[tuple[float, float]] = []
    positions = 0
    for i, feature in enumerate(features):
        try:
            name, geometry = _read_feature(feature)
        except FeatureError as refusal:
            faults.append(Fault(f"labels[{i}]", str(refusal)))
            continue
        found.append((i, name))
        if isinstance(geometry, tuple):
            points.append(geometry)
            geometries.append(None)
        else:
            geometries.append(geometry)
            # Not at the end: what is refused should not be read first.
            positions += int(shapely.get_num_coordinates(geometry))
            check_positions(positions)
    made = iter(points_of(points))
    labels = [
        Label(i, name, next(made) if geometry is None else geometry)
        for (i, name), geometry in zip(found, geometries, strict=True)
    ]
    return LabelReading(tuple(labels), tuple(faults), len(features))


def read_labels(path: Path) -> LabelSet:
    """Read labels from a file, by its suffix.

    `.geojson` and `.json` hold GeoJSON; `.csv` the columns lon, lat, class; `.gpkg` one layer of points or
    polygons in any CRS with a column `class`.

    Raises:
        LabelsError: the file cannot be read; `faults` names every offending label.
    """
    # Late: only files need csv and json, and one kind of them geopandas (half a second).
    from geodata.label_files import read_label_file  # noqa: PLC0415

    return read_label_file(path).whole()


def check_count(count: int) -> None:
    """Raise LabelsError where there are no labels, or too many."""
    if not count:
        raise LabelsError("there are no labels; give at least one for each of two classes")
    if count > MAX_LABELS:
        raise LabelsError(
            f"there are {count:,} labels, more than {MAX_LABELS:,}; "
            "a few for each class are enough: send a random part of them, or polygons"
        )


def check_positions(count: int) -> None:
    """Raise LabelsError where all labels together have too many positions."""
    if count > MAX_POSITIONS:
        raise LabelsError(
            f"the labels have {count:,} positions or more, and {MAX_POSITIONS:,} can be read; "
            "simplify the outlines, or send fewer labels: a few for each class are enough"
        )


def refused(faults: Sequence[Fault], count: int) -> LabelsError:
    """The error for labels that cannot be used; it names the first `MAX_FAULTS` of them."""
    offending = len({fault.where for fault in faults})
    return LabelsError(f"{offending:,} of {count:,} labels cannot be used", first_faults(faults))


def first_faults(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    """As many as are worth reading: `MAX_FAULTS`, and how many more there are."""
    shown = tuple(faults[:MAX_FAULTS])
    if more := len(faults) - len(shown):
        shown += (Fault("labels", f"and {more:,} more"),)
    return shown


def geometry_faults(labels: Sequence[Label]) -> list[Fault]:
    """What is wrong with the geometries, one fault for each offending label."""
    geometries = as_array(labels)
    kinds = shapely.get_type_id(geometries)
    wrong_kind = ~np.isin(kinds, [t.value for t in _ALLOWED]) | shapely.is_empty(geometries)
    west, south, east, north = shapely.bounds(geometries).T
    off_latitude = ~wrong_kind & ~((south >= -90) & (north <= 90))
    off_longitude = ~wrong_kind & ~((west >= -180) & (east <= 180))
    large = shapely.get_num_coordinates(geometries) > MAX_OUTLINE
    sound = ~(wrong_kind | off_latitude | off_longitude | large)
    outlines = sound & np.isin(kinds, [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON])
    reasons = np.full(len(labels), _VALID, dtype=object)
    reasons[outlines] = shapely.is_valid_reason(geometries[outlines])  # takes as long as asking whether
    faults = []
    for i in np.flatnonzero(~sound | (reasons != _VALID)).tolist():
        geometry = geometries[i]
        if wrong_kind[i]:
            reason = (
                f"is {'an empty' if geometry.is_empty else 'a'} {geometry.geom_type}; draw points or polygons"
            )
        elif off_latitude[i]:
            latitude = south[i] if abs(south[i]) > abs(north[i]) else north[i]
            reason = (
                f"its latitude {latitude:g} is outside ±90°; coordinates are [longitude, latitude] in "
                "degrees: are they swapped, or in metres?"
            )
        elif off_longitude[i]:
            longitude = west[i] if abs(west[i]) > abs(east[i]) else east[i]
            reason = (
                f"its longitude {longitude:g} is outside ±180°; "
                "coordinates are [longitude, latitude] in degrees"
            )
        elif large[i]:
            reason = too_large(int(shapely.get_num_coordinates(geometry)))
        else:
            reason = f"its outline is not a valid polygon ({reasons[i]}); draw it again"
        faults.append(Fault(f"labels[{labels[i].index}]", reason))
    return faults


def as_array(labels: Sequence[Label]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """The geometries as the array (n,) that shapely's vectorised functions take."""
    geometries = np.empty(len(labels), dtype=object)
    geometries[:] = [label.geometry for label in labels]
    return geometries


def points_of(lonlat: Sequence[tuple[float, float]]) -> list[shapely.Point]:
    """All points in one call, instead of as many calls."""
    return list(shapely.points(np.array(lonlat, dtype=np.float64).reshape(-1, 2)))  # type: ignore[arg-type]


def class_name_of(value: object) -> str | None:
    """A class as text, from a name or a whole number; None where it is neither."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value == value // 1:
        return str(int(value))
    return None


_VALID = "Valid Geometry"
"""As GEOS says it."""

_ALLOWED = (
    shapely.GeometryType.POINT,
    shapely.GeometryType.MULTIPOINT,
    shapely.GeometryType.POLYGON,
    shapely.GeometryType.MULTIPOLYGON,
)


def _index_of(fault: Fault) -> int:
    """Of `labels[3]`: 3."""
    return int(fault.where.removeprefix("labels[").removesuffix("]"))


def _features(document: object) -> list[Any]:
    if not isinstance(document, dict) or document.get("type") != "FeatureCollection":
        raise LabelsError(
            'labels are a GeoJSON FeatureCollection: {"type": "FeatureCollection", "features": [...]}, '
            'each feature a Point or Polygon with the property "class"'
        )
    if "crs" in document:
        raise LabelsError(
            'the GeoJSON has a member "crs"; since RFC 7946 coordinates are always longitude and latitude '
            "(WGS 84). Convert the file: ogr2ogr -t_srs EPSG:4326 -lco RFC7946=YES new.geojson old.geojson"
        )
    features = document.get("features")
    if not isinstance(features, list):
        raise LabelsError('the GeoJSON has no list "features"')
    return features


def _read_feature(feature: object) -> tuple[str, tuple[float, float] | shapely.Geometry]:
    """Class and geometry of a feature; a point stays a pair of numbers."""
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise FeatureError('is no GeoJSON Feature: {"type": "Feature", "geometry": ..., "properties": ...}')
    properties = feature.get("properties")
    if not isinstance(properties, dict) or "class" not in properties:
        raise FeatureError('has no property "class"; give the name of its class')
    name = class_name_of(properties["class"])
    if name is None:
        raise FeatureError(f"its class is {properties['class']!r}; give the name of a class, or its value")
    return name, read_geometry(feature.get("geometry"))
