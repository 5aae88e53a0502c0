"""Labels from tables and from geographic databases."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING

import shapely

from geodata.errors import Fault, LabelsError
from geodata.labels import Label, LabelSet, assemble, check_count, class_name_of, points_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def read_csv(content: bytes, path: Path) -> LabelSet:
    """Read a table with the columns lon, lat and class, separated by comma, semicolon or tab.

    Args:
        content: the file's bytes, UTF-8.
        path: what to call it in messages.

    Raises:
        LabelsError: columns are missing, or rows cannot be used; `faults` names each with its line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise LabelsError(f"{path}: byte {error.start}: this is not UTF-8; save the file as UTF-8") from error
    header_line = text.lstrip().split("\n", 1)[0]
    delimiter = max(",;\t", key=header_line.count)
    try:
        rows = [
            (reader.line_num, row)
            for reader in [csv.reader(io.StringIO(text), delimiter=delimiter)]
            for row in reader
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as error:
        raise LabelsError(f"{path}: this is not a table of comma-separated values: {error}") from error
    if not rows:
        raise LabelsError(f"{path}: the table is empty; its first line should name lon, lat and class")
    columns = _find_columns(rows[0][1], path)
    check_count(len(rows) - 1)
    faults: list[Fault] = []
    found: list[tuple[int, str]] = []
    points: list[tuple[float, float]] = []
    for i, (line, row) in enumerate(rows[1:]):
        lon, lat, name = (row[c].strip() if c < len(row) else "" for c in columns)
        lonlat = _number(lon), _number(lat)
        if math.isnan(lonlat[0]) or math.isnan(lonlat[1]):
            faults.append(
                Fault(
                    f"labels[{i}]",
                    f"line {line}: ({lon!r}, {lat!r}) is no longitude and latitude; "
                    "give decimal degrees with a point",
                )
            )
        elif not name:
            faults.append(Fault(f"labels[{i}]", f"line {line}: the class is empty; give its name"))
        else:
            found.append((i, name))
            points.append(lonlat)
    labels = [Label(i, name, point) for (i, name), point in zip(found, points_of(points), strict=True)]
    return assemble(labels, faults, len(rows) - 1)


def read_geopackage(path: Path) -> LabelSet:
    """Read the only layer of a GeoPackage: points or polygons in any CRS, with a column `class`.

    Raises:
        LabelsError: the file, its layer, CRS or column is not usable; or labels are, and `faults` names each
            by its row.
    """
    import geopandas  # noqa: PLC0415 - half a second, and needed for this format only

    try:
        layers = list(geopandas.list_layers(path)["name"])
        if len(layers) != 1:
            raise LabelsError(
                f"{path}: the file has {len(layers)} layers ({', '.join(layers)}); "
                "save the labels as a file with one layer"
            )
        table = geopandas.read_file(path)
    except (OSError, RuntimeError, ValueError) as error:
        raise LabelsError(f"{path}: this is not a readable GeoPackage: {error}") from error
    column = next((c for c in table.columns if str(c).lower() == "class"), None)
    if column is None or getattr(table, "geometry", None) is None:
        raise LabelsError(
            f"{path}: the layer has no column class; it has {', '.join(map(str, table.columns))}"
        )
    if table.crs is None:
        raise LabelsError(
            f"{path}: the layer has no coordinate system; set it (in QGIS: Layer > Set CRS) and save again"
        )
    check_count(len(table))
    geometries = shapely.force_2d(table.to_crs(4326).geometry.to_numpy())
    faults: list[Fault] = []
    labels: list[Label] = []
    for i, (value, geometry) in enumerate(zip(table[column], geometries, strict=True)):
        name = class_name_of(value)
        if name is None:
            faults.append(Fault(f"labels[{i}]", "its class is empty; give the name of a class, or its value"))
        elif geometry is None:
            faults.append(Fault(f"labels[{i}]", "has no geometry; draw a point or a polygon"))
        else:
            labels.append(Label(i, name, geometry))
    return assemble(labels, faults, len(table))


_COLUMNS = (("lon", "longitude", "lng", "x"), ("lat", "latitude", "y"), ("class", "class_name", "label"))


def _find_columns(header: Sequence[str], path: Path) -> list[int]:
    """Position of longitude, latitude and class."""
    names = [cell.strip().lower() for cell in header]
    found = [next((names.index(n) for n in accepted if n in names), None) for accepted in _COLUMNS]
    missing = [accepted[0] for accepted, column in zip(_COLUMNS, found, strict=True) if column is None]
    if missing:
        raise LabelsError(
            f"{path}: the table has no column {', '.join(missing)}; its first line should name lon, lat and "
            f"class, and it is: {', '.join(names)[:200]}"
        )
    return [column for column in found if column is not None]


def _number(text: str) -> float:
    """The number, or NaN where there is none that could be a coordinate."""
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
