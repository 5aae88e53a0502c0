"""Labels from files: GeoJSON, tables, GeoPackages."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from geodata.errors import LabelsError
from geodata.label_tables import read_csv
from geodata.labels import LabelReading, read_geojson

if TYPE_CHECKING:
    from pathlib import Path


class LabelFormat(StrEnum):
    """What labels are read from."""

    GEOJSON = "geojson"
    CSV = "csv"
    GEOPACKAGE = "gpkg"

    @classmethod
    def of_name(cls, name: str) -> LabelFormat | None:
        """By the suffix of a file's name."""
        return _SUFFIXES.get(PurePath(name).suffix.lower())


SUFFIXES: Final = ".geojson, .json, .csv or .gpkg"
"""As messages name them."""

_SUFFIXES: Final = {
    ".geojson": LabelFormat.GEOJSON,
    ".json": LabelFormat.GEOJSON,
    ".csv": LabelFormat.CSV,
    ".gpkg": LabelFormat.GEOPACKAGE,
}


def read_label_file(path: Path) -> LabelReading:
    """Read a file of whoever runs this program; its format is told by its suffix.

    `.geojson` and `.json` hold GeoJSON; `.csv` is for `read_csv`; `.gpkg` has one layer of points or polygons in
    any CRS with a column `class`.

    Raises:
        LabelsError: the file cannot be read, or is none of these.
    """
    kind = LabelFormat.of_name(path.name)
    if kind is None:
        raise LabelsError(
            f"{path}: labels are read from {SUFFIXES}, not from {path.suffix.lower() or 'this'!r}"
        )
    try:
        with path.open("rb") as file:
            content = file.read(16 if kind is LabelFormat.GEOPACKAGE else -1)
    except OSError as error:
        raise LabelsError(f"{path}: the labels cannot be read: {error.strerror}") from error
    if kind is not LabelFormat.GEOPACKAGE:
        return read_label_text(content, kind, str(path))
    refuse_empty(content, str(path))
    from geodata.label_geopackage import read_geopackage  # noqa: PLC0415 - half a second, for this format only

    return read_geopackage(path, str(path))


def read_label_text(content: bytes, kind: LabelFormat, name: str) -> LabelReading:
    """Read labels from the bytes of a file.

    Args:
        content: of the file, UTF-8.
        kind: GEOJSON or CSV.
        name: what to call the file in messages.

    Raises:
        LabelsError: they are no such file.
    """
    refuse_empty(content, name)
    if kind is LabelFormat.CSV:
        return read_csv(content, name)
    return read_geojson(_parse_json(content, name))


def refuse_empty(content: bytes, name: str) -> None:
    """Raise LabelsError where a file has nothing in it."""
    if not content.strip():
        raise LabelsError(f"{name}: the file is empty; it should hold labels: places, each with its class")


def _parse_json(content: bytes, name: str) -> object:
    try:
        return json.loads(content)
    except json.JSONDecodeError as error:
        raise LabelsError(
            f"{name}: line {error.lineno}, column {error.colno}: this is not JSON: {error.msg}"
        ) from error
    except UnicodeDecodeError as error:
        raise LabelsError(f"{name}: byte {error.start}: this is not UTF-8; save the file as UTF-8") from error
    except RecursionError as error:
        raise LabelsError(f"{name}: the JSON is nested too deep to be GeoJSON") from error
    except ValueError as error:  # a number with thousands of digits
        raise LabelsError(f"{name}: this is not JSON that can be read: {error}") from error
