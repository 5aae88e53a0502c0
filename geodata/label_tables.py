"""Labels from tables: a line for each, with a place and a class."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import shapely

from geodata.errors import Fault, LabelsError
from geodata.geojson import MAX_OUTLINE
from geodata.labels import Label, LabelReading, check_count, points_of
from geodata.spreadsheets import unguarded

if TYPE_CHECKING:
    from collections.abc import Sequence

MAX_CELL: Final = 100 * MAX_OUTLINE
"""Characters; the outline of the largest polygon fits."""


def read_csv(content: bytes, name: str) -> LabelReading:
    """Read a table with the columns lon, lat and class, separated by comma, semicolon or tab.

    A column wkt may give outlines (Well-Known Text, longitude first); where it is empty, lon and lat count.

    Args:
        content: the file's bytes, UTF-8.
        name: what to call it in messages.

    Raises:
        LabelsError: it is no table, columns are missing, or there are too many rows.
    """
    rows = _rows(content, name)
    columns = _Columns.of(rows[0][1], name)
    check_count(len(rows) - 1)
    faults: list[Fault] = []
    found: list[tuple[int, str, shapely.Geometry | None]] = []
    points: list[tuple[float, float]] = []
    for i, (line, row) in enumerate(rows[1:]):
        lon, lat, outline, class_name = columns.cells(row)
        try:
            place = _outline(outline) if outline else _lonlat(lon, lat)
        except ValueError as refusal:
            faults.append(Fault(f"labels[{i}]", f"line {line}: {refusal}"))
            continue
        if not class_name:
            faults.append(Fault(f"labels[{i}]", f"line {line}: the class is empty; give its name"))
        elif isinstance(place, tuple):
            found.append((i, class_name, None))
            points.append(place)
        else:
            found.append((i, class_name, place))
    made = iter(points_of(points))
    labels = [Label(i, class_name, next(made) if place is None else place) for i, class_name, place in found]
    return LabelReading(tuple(labels), tuple(faults), len(rows) - 1)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where in a row things are; None: there is no such column."""

    lon: int | None
    lat: int | None
    wkt: int | None
    class_: int

    @classmethod
    def of(cls, header: Sequence[str], name: str) -> _Columns:
        """By the names in the first line.

        Raises:
            LabelsError: columns are missing.
        """
        names = [cell.strip().lower() for cell in header]
        found = {
            wanted: next((names.index(n) for n in accepted if n in names), None)
            for wanted, accepted in _ACCEPTED.items()
        }
        needed = ("class",) if found["wkt"] is not None else ("lon", "lat", "class")
        class_ = found["class"]
        missing = [wanted for wanted in needed if found[wanted] is None]
        if missing or class_ is None:
            raise LabelsError(
                f"{name}: the table has no column {', '.join(missing)}; its first line should name lon, lat "
                f"and class, and it is: {', '.join(names)[:200]}"
            )
        return cls(found["lon"], found["lat"], found["wkt"], class_)

    def cells(self, row: Sequence[str]) -> tuple[str, str, str, str]:
        """Longitude, latitude, outline and class of a row; empty where there is nothing."""
        lon, lat, wkt, class_name = (
            row[column].strip() if column is not None and column < len(row) else ""
            for column in (self.lon, self.lat, self.wkt, self.class_)
        )
        return lon, lat, wkt, unguarded(class_name)


_ACCEPTED: Final = {
    "lon": ("lon", "longitude", "lng", "x"),
    "lat": ("lat", "latitude", "y"),
    "wkt": ("wkt",),
    "class": ("class", "class_name", "label"),
}

_OUTLINE: Final = re.compile(r"(?:MULTI)?(?:POINT|POLYGON)\b", re.IGNORECASE)
"""Collections, which GEOS reads by calling itself, are none."""


def _rows(content: bytes, name: str) -> list[tuple[int, list[str]]]:
    """Line and cells of each row that has any."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabelsError(f"{name}: byte {error.start}: this is not UTF-8; save the file as UTF-8") from error
    header_line = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=header_line.count)
    csv.field_size_limit(MAX_CELL)  # of this process; nobody else sets it
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as error:
        raise LabelsError(f"{name}: this is not a table of comma-separated values: {error}") from error
    if not rows:
        raise LabelsError(f"{name}: the table is empty; its first line should name lon, lat and class")
    return rows


def _lonlat(lon: str, lat: str) -> tuple[float, float]:
    lonlat = _number(lon), _number(lat)
    if math.isnan(lonlat[0]) or math.isnan(lonlat[1]):
        raise ValueError(
            f"({lon!r}, {lat!r}) is no longitude and latitude; give decimal degrees with a point"
        )
    return lonlat


def _outline(text: str) -> shapely.Geometry:
    """A geometry from Well-Known Text, without heights."""
    short = text if len(text) <= 60 else f"{text[:57]}..."
    if not _OUTLINE.match(text):
        raise ValueError(f"its wkt is {short!r}; give a POINT or a POLYGON, longitude first")
    try:
        geometry = shapely.force_2d(shapely.from_wkt(text))
    except shapely.errors.GEOSException as error:
        raise ValueError(f"its wkt {short!r} cannot be read: {error}") from error
    return geometry


def _number(text: str) -> float:
    """The number, or NaN where there is none that could be a coordinate."""
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
