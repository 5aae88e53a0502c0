"""Where grids lie on Earth, as GeoJSON has it: cut where they cross the antimeridian."""

from __future__ import annotations

from typing import TYPE_CHECKING

import shapely
from shapely import affinity
from shapely.geometry import Polygon, box
from shapely.geometry.polygon import orient

from geodata.grid import lonlat_outline

if TYPE_CHECKING:
    from odc.geo.geobox import GeoBox


def lonlat_rings(image: GeoBox) -> list[list[tuple[float, float]]]:
    """A grid's outline as rings of longitude and latitude, counter-clockwise, closed.

    One ring; two where it crosses the antimeridian (RFC 7946, section 3.1.9).
    """
    outline = lonlat_outline(image)
    if max(lon for lon, _ in outline) <= 180:
        return [outline]
    whole = Polygon(outline)
    halves = (
        affinity.translate(whole.intersection(box(west, -90, west + 360, 90)), xoff=-(west + 180))
        for west in (-180, 180)
    )
    pieces = [piece for half in halves for piece in shapely.get_parts(half) if piece.area]
    return [[(x, y) for x, y in orient(piece).exterior.coords] for piece in pieces]
