"""The part of a map that a client asks for: `bbox` in an address -> a window of the map's pixels."""

from __future__ import annotations

import math
import re
from typing import Final, TypeAlias

from odc.geo.geobox import GeoBox

from app.errors import InvalidRequestError, RegionTooLargeError
from app.faults import invalid
from geodata.errors import Fault, RegionError
from geodata.grid import BoundingBox, Window, lonlat_bounds, pixel_window

Corners: TypeAlias = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

BBOX = "West, south, east, north in degrees (WGS 84); west > east crosses the antimeridian."

_NUMBER = r" *[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)? *"

BBOX_PATTERN: Final = rf"^{_NUMBER}(,{_NUMBER}){{3}}$"
SEARCH_BBOX_PATTERN: Final = rf"^{_NUMBER}(,{_NUMBER}){{3}}((,{_NUMBER}){{2}})?$"
"""With the lowest and highest height after south and north, which nothing depends on."""


def bounding_box(text: str) -> BoundingBox:
    """Read `west,south,east,north`.

    Raises:
        InvalidRequestError: not four numbers.
        RegionError: no box on Earth.
    """
    if not re.fullmatch(BBOX_PATTERN, text):
        reason = f"is {text[:80]!r}; give four numbers: west,south,east,north"
        raise invalid([Fault("bbox", reason)])
    try:
        return BoundingBox(*(float(part) for part in text.split(",")))
    except RegionError as error:
        raise _refused(error.detail) from error


def search_boxes(text: str) -> tuple[Corners, ...]:
    """Read the `bbox` of a search: also a point, and one with heights; without the antimeridian in it.

    Returns:
        One box; or two, what lies on either side of the antimeridian.

    Raises:
        InvalidRequestError: neither four nor six numbers, or no place on Earth.
    """
    return boxes_of(numbers_in(text))


def numbers_in(text: str) -> list[float]:
    """The numbers of a `bbox`.

    Raises:
        InvalidRequestError: neither four nor six.
    """
    if not re.fullmatch(SEARCH_BBOX_PATTERN, text):
        raise _no_box(text)
    return [float(part) for part in text.split(",")]


def boxes_of(bbox: list[float]) -> tuple[Corners, ...]:
    """The same as `search_boxes`, of numbers."""
    numbers = list(bbox)
    if len(numbers) == 6:
        numbers = [numbers[i] for i in (0, 1, 3, 4)]
    if (
        len(numbers) != 4
        or not all(math.isfinite(number) for number in numbers)
        or max(abs(numbers[0]), abs(numbers[2])) > 180
        or not -90 <= numbers[1] <= numbers[3] <= 90
    ):
        raise _no_box(",".join(f"{number:g}" for number in bbox))
    west, south, east, north = numbers
    if west <= east:
        return ((west, south, east, north),)
    return ((west, south, 180.0, north), (-180.0, south, east, north))


def map_window(bbox: str | None, geobox: GeoBox, *, most: int, instead: str) -> Window:
    """The pixels of a map's grid that a box covers, snapped outward; it may reach beyond the map.

    Args:
        bbox: as the client wrote it; None is all of the map.
        geobox: the map's grid.
        most: pixels that can be asked for at once.
        instead: what to do where that is not enough.

    Raises:
        InvalidRequestError: not four numbers.
        RegionError: no box on Earth, or beside the map.
        RegionTooLargeError: more than `most` pixels.
    """
    height, width = (int(n) for n in geobox.shape)
    whole = Window(0, 0, height, width)
    window = whole if bbox is None else _window(bounding_box(bbox), geobox)
    inside = window.clipped(whole)
    if not (inside.height and inside.width):
        bounds = ", ".join(f"{value:.5f}" for value in lonlat_bounds(geobox))
        raise _refused(f"bbox: no pixel of the map lies in it; the map covers [{bounds}]")
    if window.height * window.width > most:
        reason = f"{window.height * window.width:,} pixels are asked for, and {most:,} can be; {instead}"
        raise RegionTooLargeError(f"bbox: {reason}", (Fault("bbox", reason),))
    return window


def part_of(grid: GeoBox, window: Window) -> GeoBox:
    """The grid of a window of pixels, which may reach beyond `grid`."""
    shape = (window.height, window.width)
    return GeoBox(shape, grid.affine @ grid.affine.translation(window.col, window.row), grid.crs)


def _no_box(text: str) -> InvalidRequestError:
    reason = f"is {text[:80]!r}; give west,south,east,north in degrees of longitude and latitude"
    return invalid([Fault("bbox", reason)])


def _window(box: BoundingBox, geobox: GeoBox) -> Window:
    try:
        return pixel_window(box, geobox)
    except RegionError as error:
        raise _refused(error.detail) from error


def _refused(detail: str) -> RegionError:
    return RegionError(detail, (Fault("bbox", detail.removeprefix("bbox: ")),))
