"""Labels as a GeoPackage, for geographic information systems."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from app.files.label_tables import geometries_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LAYER = "labels"


def write_label_package(features: Sequence[Mapping[str, Any]], target: Path) -> None:
    """Write a GeoPackage with one layer, `LAYER`, in longitude and latitude: label (the id) and class.

    Args:
        features: GeoJSON features of an adaptation, each with an `id` and a property `class`.
        target: where the file goes.

    Raises:
        OSError: the disk is full.
    """
    from pyogrio.raw import write  # noqa: PLC0415 - another GDAL, which only this needs

    geometries = geometries_of(features)
    kinds = {geometry.geom_type for geometry in geometries}
    write(
        target,
        geometry=shapely.to_wkb(geometries),
        field_data=[
            np.array([int(feature["id"]) for feature in features], dtype=np.int64),
            np.array([str(feature["properties"]["class"]) for feature in features], dtype=object),
        ],
        fields=["label", "class"],
        layer=LAYER,
        driver="GPKG",
        # A layer of points is one to every program; points and polygons together are a layer of any geometry.
        geometry_type=kinds.pop() if len(kinds) == 1 else "Unknown",
        crs="EPSG:4326",
    )
