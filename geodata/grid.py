"""Regions: a bounding box on the imagery's own pixel grid, and the tiles it is worked through in."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from odc.geo.geobox import GeoBox
from pyproj import Transformer

from geodata.errors import OutsideImageryError, RegionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray


WIDEST_CROSSING = 30.0
"""Degrees: a box with west > east that is wider was meant the other way round, most likely."""


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """A box in longitude and latitude, degrees WGS 84; west > east crosses the antimeridian (RFC 7946, 5.2)."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        for name in ("west", "south", "east", "north"):
            if not math.isfinite(getattr(self, name)):
                raise RegionError(f"bbox: {name} is {getattr(self, name)}; give four numbers, in degrees")
        for name, limit in (("south", 90), ("north", 90), ("west", 180), ("east", 180)):
            if abs(getattr(self, name)) > limit:
                raise RegionError(
                    f"bbox: {name} is {getattr(self, name):g}, outside ±{limit}°; "
                    "a bbox is [west, south, east, north] in degrees of longitude and latitude (WGS 84)"
                )
        if self.west == self.east or (self.crosses_antimeridian and self.width > WIDEST_CROSSING):
            raise RegionError(
                f"bbox: west ({self.west:g}) is not less than east ({self.east:g}); a bbox is [west, south, "
                f"east, north]. Only a box over the antimeridian has them so, and may be {WIDEST_CROSSING:g}° wide"
            )
        if self.south >= self.north:
            raise RegionError(
                f"bbox: south ({self.south:g}) is not less than north ({self.north:g}); "
                "a bbox is [west, south, east, north]"
            )

    @property
    def crosses_antimeridian(self) -> bool:
        """Whether it has land of the far east on its left and of the far west on its right."""
        return self.west > self.east

    @property
    def width(self) -> float:
        """Degrees of longitude."""
        return (self.east - self.west) % 360 if self.crosses_antimeridian else self.east - self.west

    @property
    def parts(self) -> tuple[BoundingBox, ...]:
        """The box itself; or what lies on either side of the antimeridian."""
        if not self.crosses_antimeridian:
            return (self,)
        sides = ((self.west, 180.0), (-180.0, self.east))
        return tuple(BoundingBox(w, self.south, e, self.north) for w, e in sides if w < e)


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of pixels; row and col are those of its upper-left pixel."""

    row: int
    col: int
    height: int
    width: int

    def __post_init__(self) -> None:
        if self.height < 0 or self.width < 0:
            raise ValueError(f"a window cannot be {self.height} x {self.width} pixels")

    @property
    def slices(self) -> tuple[slice, slice]:
        """Index into an array (H, W) that starts at row 0, col 0."""
        return (
            slice(self.row, self.row + self.height),
            slice(self.col, self.col + self.width),
        )

    def shifted(self, rows: int, cols: int) -> Window:
        """The same rectangle counted from another origin."""
        return Window(self.row + rows, self.col + cols, self.height, self.width)

    def clipped(self, to: Window) -> Window:
        """What both windows share; its height or width is 0 where they share nothing."""
        row, col = max(self.row, to.row), max(self.col, to.col)
        bottom = min(self.row + self.height, to.row + to.height)
        right = min(self.col + self.width, to.col + to.width)
        return Window(row, col, max(0, bottom - row), max(0, right - col))


@dataclass(frozen=True, slots=True)
class Region:
    """The area of a map, on the pixel grid of the imagery it is made from."""

    geobox: GeoBox
    """CRS, affine transform and shape of the map."""

    inside: Window
    """The part that the imagery covers, in the region's pixels; never empty."""

    row_off: int
    """Row of the region's upper-left pixel in the imagery; negative where the region begins north of it."""

    col_off: int

    covered: float
    """Share of the region that the imagery covers, above 0 and at most 1."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width = self.geobox.shape
        return int(height), int(width)


def region_on_grid(bbox: BoundingBox | None, image: GeoBox) -> Region:
    """Lay a box over the imagery, snapped outward to its pixels.

    A box that reaches beyond the imagery keeps its size: there the map is nodata, and `covered` says how much
    is left.

    Args:
        bbox: None means all of the imagery.
        image: the imagery's grid.

    Raises:
        OutsideImageryError: not one pixel of the imagery lies in the box; the message gives its bounds.
        RegionError: the box cannot be expressed in the imagery's CRS.
    """
    height, width = (int(n) for n in image.shape)
    whole = Window(0, 0, height, width)
    if bbox is None:
        return Region(image, inside=whole, row_off=0, col_off=0, covered=1.0)

    asked = pixel_window(bbox, image)
    inside = asked.clipped(whole)
    if not (inside.height and inside.width):
        raise OutsideImageryError(_why_outside(bbox, image))
    geobox = GeoBox(
        (asked.height, asked.width),
        image.affine @ image.affine.translation(asked.col, asked.row),
        image.crs,
    )
    return Region(
        geobox,
        inside=inside.shifted(-asked.row, -asked.col),
        row_off=asked.row,
        col_off=asked.col,
        covered=inside.height * inside.width / (asked.height * asked.width),
    )


def pixel_window(bbox: BoundingBox, image: GeoBox) -> Window:
    """The smallest window of a grid's pixels that holds a box, wherever it lies.

    Raises:
        RegionError: the box cannot be expressed in the grid's CRS.
    """
    east = bbox.east + 360 if bbox.crosses_antimeridian else bbox.east
    lon, lat = _outline(bbox.west, bbox.south, east, bbox.north)
    x, y = Transformer.from_crs(4326, str(image.crs), always_xy=True).transform(lon, lat)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise RegionError(
            f"bbox: it reaches beyond what the imagery's coordinate system ({image.crs}) can express; "
            f"stay near the imagery, which covers {_say(lonlat_bounds(image))}"
        )
    inverse = ~image.affine
    cols = inverse.a * x + inverse.b * y + inverse.c
    rows = inverse.d * x + inverse.e * y + inverse.f
    row, col = math.floor(rows.min() + _FUZZ), math.floor(cols.min() + _FUZZ)
    bottom, right = math.ceil(rows.max() - _FUZZ), math.ceil(cols.max() - _FUZZ)
    return Window(row, col, max(1, bottom - row), max(1, right - col))


def lonlat_bounds(image: GeoBox) -> tuple[float, float, float, float]:
    """West, south, east and north of a grid's outline, in degrees WGS 84; west > east over the antimeridian."""
    height, width = image.shape
    cols, rows = _outline(0, 0, int(width), int(height))
    x, y = _apply(image, cols, rows)
    lon, lat = Transformer.from_crs(str(image.crs), 4326, always_xy=True).transform(x, y)
    lon = _continuous(np.asarray(lon))
    west, east = float(lon.min()), float(lon.max())
    return west, float(np.min(lat)), east - 360 if east > 180 else east, float(np.max(lat))


def lonlat_outline(image: GeoBox) -> list[tuple[float, float]]:
    """A grid's outline as a ring of longitude and latitude, counter-clockwise, closed.

    Over the antimeridian, longitudes go on beyond 180.
    """
    height, width = (int(n) for n in image.shape)
    corners = [(0, 0), (0, height), (width, height), (width, 0), (0, 0)]
    # Points between the corners follow edges that are curves in degrees.
    ring = [
        (a + (c - a) * step / 8, b + (d - b) * step / 8)
        for (a, b), (c, d) in pairwise(corners)
        for step in range(8)
    ]
    cols, rows = np.array(ring).T
    lon, lat = Transformer.from_crs(str(image.crs), 4326, always_xy=True).transform(
        *_apply(image, cols, rows)
    )
    points = list(zip(_continuous(np.asarray(lon)).tolist(), lat.tolist(), strict=True))
    if image.affine.determinant > 0:  # rows that run north turn the ring around
        points.reverse()
    return [*points, points[0]]


def tiles(shape: tuple[int, int], size: int) -> Iterator[Window]:
    """Cut height x width pixels into squares of `size`, row by row; those at the far edges are smaller."""
    if size < 1:
        raise ValueError(f"a tile cannot be {size} pixels wide")
    height, width = shape
    for row in range(0, height, size):
        for col in range(0, width, size):
            yield Window(row, col, min(size, height - row), min(size, width - col))


_EDGE_POINTS = 101  # a straight edge in degrees is a curve in most CRS
_FUZZ = 1e-6  # pixels: a box that was drawn along pixel edges must not gain a row from rounding


def _continuous(lon: NDArray[np.float64]) -> NDArray[np.float64]:
    """Longitudes of one small area without the jump from 180 to -180: those of the far west become 180..210."""
    beyond = np.where(lon < 0, lon + 360, lon)
    # Around a pole both ways are wide.
    return beyond if np.ptp(lon) > 180 > np.ptp(beyond) else lon


def _outline(
    left: float, lower: float, right: float, upper: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Points along the four edges of a box."""
    x, y = np.linspace(left, right, _EDGE_POINTS), np.linspace(lower, upper, _EDGE_POINTS)
    one = np.ones(_EDGE_POINTS)
    return np.concatenate([x, x, one * left, one * right]), np.concatenate([one * lower, one * upper, y, y])


def _apply(
    image: GeoBox, cols: NDArray[np.float64], rows: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    affine = image.affine
    return affine.a * cols + affine.b * rows + affine.c, affine.d * cols + affine.e * rows + affine.f


def _why_outside(bbox: BoundingBox, image: GeoBox) -> str:
    bounds = lonlat_bounds(image)
    message = f"bbox: no pixel of the imagery lies in it; the imagery covers {_say(bounds)}"
    west, south, east, north = bounds
    swapped = bbox.south < east and bbox.north > west and bbox.west < north and bbox.east > south
    if swapped and not bbox.crosses_antimeridian:
        message += ". Longitude and latitude seem to be swapped: a bbox is [west, south, east, north]"
    return message


def _say(bounds: tuple[float, float, float, float]) -> str:
    west, south, east, north = (f"{value:.5f}" for value in bounds)
    return f"[{west}, {south}, {east}, {north}] (west, south, east, north)"
