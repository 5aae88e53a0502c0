"""The pixel grid of a map that no image prescribes, and how large a box is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import Geod

from geodata.errors import RegionError
from geodata.grid import pixel_window

if TYPE_CHECKING:
    from geodata.grid import BoundingBox


def grid_for(
    bbox: BoundingBox,
    resolution_m: float,
    *,
    anchor: tuple[float, float] = (0.0, 0.0),
    crs: str | None = None,
) -> GeoBox:
    """The grid whose pixels hold a box, in the UTM zone of its centre, polar stereographic beyond UTM.

    Boxes over the border between two zones, or over the antimeridian, get one grid. Pixel edges lie at
    multiples of the resolution from the anchor, so that the grids of neighbouring boxes fit together.

    Args:
        bbox: what the grid has to hold.
        resolution_m: pixel size in metres.
        anchor: x and y, in metres, of the corner of some pixel.
        crs: another projected CRS in metres.

    Raises:
        RegionError: no projection in metres can express the box.
    """
    if not 0 < resolution_m <= 10_000:
        raise RegionError(f"resolution: {resolution_m:g} m is no pixel size; give metres, such as 10")
    x, y = anchor
    code = crs or utm_crs(bbox)
    # One pixel at the anchor stands for the endless grid: windows may reach anywhere from it.
    endless = GeoBox((1, 1), Affine(resolution_m, 0, x, 0, -resolution_m, y), code)
    try:
        window = pixel_window(bbox, endless)
    except RegionError as error:
        raise RegionError(
            f"bbox: it is too large, or too near a pole, for one map in metres ({code}); choose a smaller box"
        ) from error
    return part_of_grid(endless, window.row, window.col, window.height, window.width)


def part_of_grid(image: GeoBox, row: int, col: int, height: int, width: int) -> GeoBox:
    """So many pixels of a grid from one on; they may lie outside of it."""
    affine = image.affine
    corner = Affine(
        affine.a,
        affine.b,
        affine.c + col * affine.a + row * affine.b,
        affine.d,
        affine.e,
        affine.f + col * affine.d + row * affine.e,
    )
    return GeoBox((height, width), corner, image.crs)


def utm_crs(bbox: BoundingBox) -> str:
    """`EPSG:32631`: the UTM zone of a box's centre, as the grid of Sentinel-2 and Landsat has it."""
    latitude = (bbox.south + bbox.north) / 2
    longitude = (bbox.west + bbox.width / 2 + 180) % 360 - 180
    if latitude > 84:
        return "EPSG:3413"
    if latitude < -80:
        return "EPSG:3031"
    zone = int((longitude + 180) // 6) + 1
    # The zones of Norway and Svalbard are wider or narrower than the others, on purpose.
    if 56 <= latitude < 64 and 3 <= longitude < 12:
        zone = 32
    elif latitude >= 72 and 0 <= longitude < 42:
        zone = 31 + 2 * int((longitude + 3) // 12)
    return f"EPSG:{(32600 if latitude >= 0 else 32700) + zone}"


def area_km2(bbox: BoundingBox) -> float:
    """Area of a box on the ellipsoid, between two meridians and two parallels."""
    ellipsoid = Geod(ellps="WGS84")
    eccentricity = math.sqrt(ellipsoid.es)

    def from_equator(latitude: float) -> float:
        """Area of a radian of longitude, in square metres."""
        sine = math.sin(math.radians(latitude))
        waist = sine / (1 - ellipsoid.es * sine**2) + math.atanh(eccentricity * sine) / eccentricity
        return float(ellipsoid.b) ** 2 / 2 * waist

    return math.radians(bbox.width) * (from_equator(bbox.north) - from_equator(bbox.south)) / 1e6
