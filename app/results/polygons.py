"""The classes of a map as polygons in a GeoPackage."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
import shapely
from affine import Affine
from rasterio.features import shapes, sieve
from rasterio.windows import Window as RasterWindow

from app.errors import RegionTooLargeError
from app.results.boxes import part_of
from geodata.areas import row_areas_m2
from geodata.errors import Fault
from geodata.grid import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

    from app.results.classes import MappedClasses

MOST_PIXELS = 10_000_000
"""GDAL holds them and all their polygons in memory."""

MOST_POLYGONS = 200_000
"""About 200 MB while they are made."""

INSTEAD = "give a smaller bbox"

LARGEST_SIEVE = 10_000
"""Pixels."""

LAYER = "landcover"

_BATCH = 20_000
_EDGES = 4  # neighbours share an edge: polygons that meet at a corner only are valid as two


@dataclass(frozen=True, slots=True)
class Polygons:
    """Some polygons of a map."""

    geometry: NDArray[np.object_]
    """(n,) shapely polygons, in the map's CRS."""

    value: NDArray[np.int32]
    """(n,) class values."""

    area_m2: NDArray[np.float64]
    """(n,) on the ellipsoid: the sum over the polygon's pixels."""


def write_polygons(
    landcover: Path, mapped: MappedClasses, window: Window, min_pixels: int, target: Path
) -> None:
    """Write a GeoPackage with one layer, `LAYER`: value, name, title and area_m2 of each polygon.

    Args:
        landcover: the map.
        mapped: its classes and grid.
        window: of the map's pixels, at most `MOST_PIXELS`; nodata and what lies outside has no polygon.
        min_pixels: smaller patches go to their largest neighbour; 1 keeps all.
        target: where the file goes.

    Raises:
        RegionTooLargeError: more polygons than `MOST_POLYGONS`.
        OSError: the disk is full.
    """
    height, width = (int(n) for n in mapped.geobox.shape)
    inside = window.clipped(Window(0, 0, height, width))
    with rasterio.open(landcover) as source:
        values = source.read(1, window=RasterWindow(inside.col, inside.row, inside.width, inside.height))
    if min_pixels > 1:
        values = sieve(values, min_pixels, mask=values != 0, connectivity=_EDGES)
    _refuse_too_many(values)
    geobox = part_of(mapped.geobox, inside)
    names = {entry.value: entry.name for entry in mapped}
    titles = {entry.value: entry.title for entry in mapped}
    empty = True
    for polygons in _polygons(values, geobox):
        _append(target, polygons, names, titles, crs=str(geobox.crs), append=not empty)
        empty = False
    if empty:
        none = Polygons(np.empty(0, object), np.empty(0, np.int32), np.empty(0))
        _append(target, none, names, titles, crs=str(geobox.crs), append=False)


def _refuse_too_many(values: NDArray[np.uint8]) -> None:
    """Count patches before GDAL makes polygons of them all."""
    from scipy.ndimage import label  # noqa: PLC0415 - slow to load, and not needed for the rest

    count = 0
    for value in np.unique(values[values != 0]).tolist():
        count += int(label(values == value)[1])
        if count > MOST_POLYGONS:
            reason = f"there would be more than {MOST_POLYGONS:,} polygons; raise min_pixels, or {INSTEAD}"
            raise RegionTooLargeError(f"min_pixels: {reason}", (Fault("min_pixels", reason),))


def _polygons(values: NDArray[np.uint8], geobox: GeoBox) -> Iterator[Polygons]:
    """Polygons of (h, w) class values, some thousands at a time."""
    found = shapes(values, mask=values != 0, connectivity=_EDGES, transform=Affine.identity())
    # Square metres above each row's upper edge, of a strip that is one pixel wide.
    above = np.concatenate([[0.0], np.cumsum(row_areas_m2(geobox))])
    while batch := list(islice(found, _BATCH)):
        rings = [np.asarray(ring) for geometry, _ in batch for ring in geometry["coordinates"]]
        of_rings = np.concatenate([[0], np.cumsum([len(ring) for ring in rings])])
        of_polygons = np.concatenate([[0], np.cumsum([len(g["coordinates"]) for g, _ in batch])])
        corners = np.concatenate(rings)  # (c, 2) column and row
        affine = geobox.affine
        ground = np.column_stack(
            [
                affine.a * corners[:, 0] + affine.b * corners[:, 1] + affine.c,
                affine.d * corners[:, 0] + affine.e * corners[:, 1] + affine.f,
            ]
        )
        yield Polygons(
            shapely.from_ragged_array(shapely.GeometryType.POLYGON, ground, (of_rings, of_polygons)),
            np.array([value for _, value in batch], dtype=np.int32),
            _areas(corners, of_rings, of_polygons, above),
        )


def _areas(
    corners: NDArray[np.float64],
    of_rings: NDArray[np.int64],
    of_polygons: NDArray[np.int64],
    above: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Square metres within rings of pixel edges, by Green's theorem: the integral of x over the strip's area.

    Args:
        corners: (c, 2) column and row, whole numbers; each ring is closed.
        of_rings: (r + 1,) where each ring begins.
        of_polygons: (p + 1,) where each polygon's rings begin; the first one is its outline, the others holes.
        above: (h + 1,) square metres above each row's upper edge, of a strip one pixel wide.
    """
    down = above[corners[:, 1].astype(np.int64)]
    steps = np.zeros(len(corners))
    steps[:-1] = corners[:-1, 0] * np.diff(down)
    steps[of_rings[1:] - 1] = 0.0  # from the end of a ring to the begin of the next
    rings = np.abs(np.add.reduceat(steps, of_rings[:-1]))
    signed = -rings
    signed[of_polygons[:-1]] *= -1
    areas: NDArray[np.float64] = np.add.reduceat(signed, of_polygons[:-1])
    return areas


def _append(
    target: Path,
    polygons: Polygons,
    names: Mapping[int, str],
    titles: Mapping[int, str],
    *,
    crs: str,
    append: bool,
) -> None:
    """Write polygons behind those that are there."""
    from pyogrio.raw import write  # noqa: PLC0415 - another GDAL, which only this needs

    values = polygons.value.tolist()
    columns: dict[str, NDArray[Any]] = {
        "value": polygons.value,
        "name": np.array([names[value] for value in values], dtype=object),
        "title": np.array([titles[value] for value in values], dtype=object),
        "area_m2": np.round(polygons.area_m2, 2),
    }
    write(
        target,
        geometry=shapely.to_wkb(polygons.geometry),
        field_data=list(columns.values()),
        fields=list(columns),
        layer=LAYER,
        driver="GPKG",
        geometry_type="Polygon",
        crs=crs,
        append=append,
    )
