"""Outlines of scenes and boxes in longitude and latitude, also where they cross the antimeridian."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry import box, shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geodata.grid import BoundingBox


def outline_of_box(bbox: BoundingBox) -> BaseGeometry:
    """A box as a polygon, in two parts where it crosses the antimeridian."""
    return shapely.union_all([box(part.west, part.south, part.east, part.north) for part in bbox.parts])


def outline_of_item(item: Mapping[str, Any]) -> BaseGeometry:
    """Where a STAC Item lies, by its geometry, else by its bbox.

    Raises:
        ValueError: neither can be used.
    """
    geometry, bbox = item.get("geometry"), item.get("bbox")
    try:
        if geometry:
            outline = _on_earth(shape(geometry))
        elif bbox and len(bbox) in (4, 6):
            (west, south), (east, north) = bbox[:2], bbox[len(bbox) // 2 :][:2]
            outline = _on_earth(box(west, south, east if east >= west else east + 360.0, north))
        else:
            raise ValueError("it has neither a geometry nor a bbox")
    except shapely.errors.ShapelyError as error:
        raise ValueError(f"its geometry is none: {error}") from error
    if outline.is_empty or not outline.area:
        raise ValueError("its geometry is empty")
    return outline


def centre_longitude(outline: BaseGeometry, near: float) -> float:
    """Longitude of an outline's centre, given as within 180 degrees of `near`: 181 rather than -179."""
    parts = [part for part in shapely.get_parts(outline) if part.area]
    areas = [part.area for part in parts]
    centres = [_turned(part.centroid.x, near) for part in parts]
    return float(sum(a * c for a, c in zip(areas, centres, strict=True)) / sum(areas))


def centre_of_box(bbox: BoundingBox) -> float:
    """Longitude of a box's centre; beyond 180 where the box crosses the antimeridian, and most lies beyond."""
    return bbox.west + bbox.width / 2


def _turned(longitude: float, near: float) -> float:
    return (longitude - near + 180.0) % 360.0 - 180.0 + near


def _on_earth(outline: BaseGeometry) -> BaseGeometry:
    """Valid, and cut at the antimeridian where it crosses it."""
    return shapely.union_all([_cut(part) for part in shapely.get_parts(outline)])


def _cut(part: BaseGeometry) -> BaseGeometry:
    west, _, east, _ = part.bounds
    if east - west > 180.0:
        # No scene is that wide: its corners lie on both sides of the antimeridian.
        part = shapely.transform(part, _unwrapped)
    part = shapely.make_valid(part)
    west, _, east, _ = part.bounds
    if west >= -180.0 and east <= 180.0:
        return part
    home = box(-180.0, -90.0, 180.0, 90.0)
    turned = (affinity.translate(part, xoff=turn) for turn in (-360.0, 0.0, 360.0))
    return shapely.union_all([piece.intersection(home) for piece in turned])


def _unwrapped(lonlat: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n, 2), longitudes 0..360."""
    return np.where(lonlat[:, :1] < 0, lonlat + np.array([360.0, 0.0]), lonlat)
