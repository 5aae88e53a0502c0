"""Labels as a table for spreadsheets; `POST /labels/read` and the command line read it again."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely

from geodata.spreadsheets import guarded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

COLUMNS: Final = ("label", "lon", "lat", "class", "wkt")

_DECIMALS: Final = 30
"""At most; GEOS writes as few as tell a number from all others."""


def geometries_of(features: Sequence[Mapping[str, Any]]) -> NDArray[np.object_]:
    """The geometries (n,) of GeoJSON features, in longitude and latitude."""
    geometries = np.empty(len(features), dtype=object)
    geometries[:] = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    return geometries


def labels_csv(features: Sequence[Mapping[str, Any]]) -> bytes:
    """UTF-8, comma-separated, a line for each label: its id, place and class.

    Numbers are written so that reading them gives the very same. What is no point has its outline as Well-Known Text,
    and lon and lat are of a point inside.

    Args:
        features: GeoJSON features of an adaptation, each with an `id` and a property `class`.
    """
    geometries = geometries_of(features)
    are_points = shapely.get_type_id(geometries) == shapely.GeometryType.POINT
    inside = np.where(are_points, geometries, shapely.point_on_surface(geometries))
    outlines = np.where(are_points, "", shapely.to_wkt(geometries, rounding_precision=_DECIMALS))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for feature, lon, lat, outline in zip(
        features,
        shapely.get_x(inside).tolist(),
        shapely.get_y(inside).tolist(),
        outlines.tolist(),
        strict=True,
    ):
        name = guarded(str(feature["properties"]["class"]))
        writer.writerow((feature["id"], repr(lon), repr(lat), name, outline))
    return text.getvalue().encode()
