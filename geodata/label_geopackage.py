"""Labels from GeoPackages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import geopandas
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError
from pyproj.exceptions import ProjError

from geodata.errors import Fault, LabelsError
from geodata.geopackage_guard import refuse_unusual
from geodata.labels import MAX_LABELS, Label, LabelReading, check_count, class_name_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

_UNREADABLE = (
    OSError,
    RuntimeError,
    ValueError,
    DataSourceError,
    DataLayerError,
    FeatureError,
    GeometryError,
)


def read_geopackage(path: Path, name: str, *, trusted: bool = True) -> LabelReading:
    """Read the only layer of a GeoPackage that has geometries: points or polygons, with a column `class`.

    Args:
        path: of the file, which is only read.
        name: what to call it in messages.
        trusted: whether it belongs to whoever runs this program. Of others, files that would have SQLite compute
            something are refused, and so are coordinate systems that no registry has: they may name grids on disk.

    Raises:
        LabelsError: the file, its layer, its CRS or its columns cannot be used.
    """
    if not trusted:
        refuse_unusual(path, name)
    try:
        layer, column = _layer_and_column(path, name)
        table = geopandas.read_file(
            path, layer=layer, columns=[column], max_features=MAX_LABELS + 1, on_invalid="ignore"
        )
    except _UNREADABLE as error:
        said = str(error).replace(str(path), name)  # where it lies is not for everybody
        raise LabelsError(f"{name}: this is not a readable GeoPackage: {said}") from error
    if table.crs is None:
        raise LabelsError(
            f"{name}: the layer has no coordinate system; set it (in QGIS: Layer > Set CRS) and save again"
        )
    check_count(len(table))
    faults: list[Fault] = []
    labels: list[Label] = []
    places = _in_degrees(table, name, trusted=trusted)
    for i, (value, geometry) in enumerate(zip(table[column], places, strict=True)):
        class_name = class_name_of(value)
        if class_name is None:
            faults.append(Fault(f"labels[{i}]", "its class is empty; give the name of a class, or its value"))
        elif geometry is None:
            faults.append(
                Fault(f"labels[{i}]", "has no geometry that can be read; draw a point or a polygon")
            )
        else:
            labels.append(Label(i, class_name, geometry))
    return LabelReading(tuple(labels), tuple(faults), len(table))


def _layer_and_column(path: Path, name: str) -> tuple[str, str]:
    """The names of the layer and of its column with the classes."""
    # QGIS keeps styles in the same file, as a table without geometries.
    layers = [str(layer) for layer, kind in pyogrio.list_layers(path) if kind is not None]
    if len(layers) != 1:
        raise LabelsError(
            f"{name}: the file has {len(layers)} layers ({', '.join(layers)}); "
            "save the labels as a file with one layer"
        )
    about = pyogrio.read_info(path, layer=layers[0])
    columns = [str(column) for column in about["fields"]]
    column = next((c for c in columns if c.lower() == "class"), None)
    if column is None:
        raise LabelsError(
            f"{name}: the layer has no column class; it has {', '.join([*columns, 'geometry'])}"
        )
    check_count(int(about["features"]))
    return layers[0], column


def _in_degrees(table: Any, name: str, *, trusted: bool) -> NDArray[Any]:  # noqa: ANN401 - geopandas has no types
    """The geometries (n,) in longitude and latitude, without heights."""
    authority = table.crs.to_authority()
    if authority is None and not trusted:
        raise LabelsError(
            f"{name}: the layer's coordinate system {table.crs.name!r} has no code; save the labels in EPSG:4326"
        )
    if authority is not None and not trusted:  # as the registry has it, whatever else the file says of it
        table = table.set_crs(":".join(authority), allow_override=True)
    try:
        places: NDArray[Any] = shapely.force_2d(table.to_crs(4326).geometry.to_numpy())
    except ProjError as error:
        raise LabelsError(
            f"{name}: the layer's coordinate system {table.crs.name!r} cannot be turned into degrees; save the labels "
            "in EPSG:4326"
        ) from error
    return places
