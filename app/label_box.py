"""The region of a request that names none: the surroundings of its labels."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from geodata.errors import Fault, LabelsError
from geodata.grid import WIDEST_CROSSING, BoundingBox
from geodata.labels import as_array, refused

if TYPE_CHECKING:
    from geodata.labels import LabelSet

MARGIN = 0.1
"""Share of the labels' extent that is added on each side."""

LEAST_MARGIN_M = 500.0

_DEGREE_M = 111_320.0
_CLOSEST_TO_POLE = 89.0


def box_around(labels: LabelSet) -> tuple[BoundingBox, str]:
    """A box with all labels and some margin, and a sentence that says so; over the antimeridian if that is shorter."""
    west, south, east, north = shapely.bounds(as_array(labels.labels)).T
    left, right = float(west.min()), float(east.max())
    beyond_left = float(np.where(east < 0, west + 360, west).min())
    beyond_right = float(np.where(east < 0, east + 360, east).max())
    if right - left > 180 and beyond_right - beyond_left < WIDEST_CROSSING - 1:
        left, right = beyond_left, beyond_right
    bottom, top = float(south.min()), float(north.max())
    middle = min(max(abs(bottom), abs(top)), _CLOSEST_TO_POLE)
    across = _DEGREE_M * math.cos(math.radians(middle))
    extent = max((right - left) * across, (top - bottom) * _DEGREE_M)
    margin = max(LEAST_MARGIN_M, MARGIN * extent)
    left, right = left - margin / across, right + margin / across
    if right <= 180 and left >= -180:
        box_west, box_east = left, right
    elif right - left < WIDEST_CROSSING:
        box_west, box_east = (left + 180) % 360 - 180, (right + 180) % 360 - 180
    else:
        box_west, box_east = max(left, -180.0), min(right, 180.0)
    around = BoundingBox(
        round(box_west, 6),
        round(max(bottom - margin / _DEGREE_M, -90.0), 6),
        round(box_east, 6),
        round(min(top + margin / _DEGREE_M, 90.0), 6),
    )
    corners = ", ".join(f"{value:.5f}" for value in (around.west, around.south, around.east, around.north))
    return around, f"No bbox was given: the labels and {margin:,.0f} m around them are mapped, [{corners}]."


def refuse_outside(labels: LabelSet, box: BoundingBox) -> None:
    """Refuse labels that lie wholly outside of the box, before any imagery of it is searched.

    Raises:
        LabelsError: names each of them.
    """
    west, south, east, north = shapely.bounds(as_array(labels.labels)).T
    over = (north >= box.south) & (south <= box.north)
    across = np.zeros(len(west), dtype=np.bool_)
    for part in box.parts:
        across |= (east >= part.west) & (west <= part.east)
    missed = np.flatnonzero(~(over & across))
    if not missed.size:
        return
    corners = ", ".join(f"{value:g}" for value in (box.west, box.south, box.east, box.north))
    reason = f"lies outside the bbox, which is [{corners}] (west, south, east, north)"
    faults = [Fault(f"labels[{labels.labels[i].index}]", reason) for i in missed.tolist()]
    error = refused(faults, len(labels.labels))
    swapped = (east >= box.south) & (west <= box.north) & (north >= box.west) & (south <= box.east)
    if missed.size == len(west) and bool(swapped.all()):
        raise LabelsError(
            "no label lies in the bbox, but all would if longitude and latitude were swapped: "
            "GeoJSON coordinates are [longitude, latitude]",
            error.faults,
        )
    raise error
