"""From options to scenes: where the square lies, who flies over it when, and what each scene covers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
from pyproj import Transformer
from shapely import Polygon, box, segmentize, transform
from shapely.geometry.polygon import orient

from geodata.simulation.catalogue_clouds import Sky, draw_sky
from geodata.simulation.catalogue_grid import CELL_M, CellGrid
from geodata.simulation.catalogue_publishers import PUBLISHERS
from geodata.simulation.endless_land import BLOCK

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray
    from shapely.geometry.base import BaseGeometry

    from geodata.simulation.catalogue_options import CatalogueOptions
    from geodata.simulation.catalogue_publishers import PublishedAs
    from geodata.simulation.spectra import Floats

_SLANT = 0.12  # of the square's width, by which the edge of a swath leans from north to south
_PASSES_AT = time(10, 30)  # by the sun


@dataclass(frozen=True, slots=True)
class Overpass:
    """One satellite flying by."""

    number: int
    day: date
    """By the sun."""
    time: datetime
    """UTC; another day than `day` near the antimeridian."""
    orbit: int
    satellite: int
    """First or second of its kind: they take turns."""
    baseline: str
    sky: Sky


@dataclass(frozen=True, slots=True)
class Granule:
    """What one scene of each overpass covers at most."""

    number: int
    grid: CellGrid
    """Cells of 10 m, whatever the sensor."""
    tile: str
    """As the grid of Sentinel-2's tiles might call it."""


@dataclass(frozen=True, slots=True)
class PlannedScene:
    """One scene to be simulated."""

    overpass: Overpass
    granule: Granule
    outline: Polygon
    """What the satellite saw of the granule, in the home CRS."""
    baseline: str
    reprocessed: bool = False
    """Whether this is the old version of a scene that is also there in a newer one."""


class Plan:
    """All that follows from the options before any pixel is computed."""

    def __init__(self, options: CatalogueOptions) -> None:
        self.options = options
        self.published_as: PublishedAs = PUBLISHERS[options.publisher]
        lon, lat = options.centre
        across = options.layout == "two zones"
        if across:
            lon = round(lon / 6) * 6.0  # zones are 6 degrees wide
            lon = 180.0 if lon == -180.0 else lon  # the home zone lies west of the border
        zones = (_zone(lon - 3), _zone(lon + 3)) if across else (_zone(lon), _zone(lon))
        self.longitude = lon
        hemisphere = 32600 if lat >= 0 else 32700
        self.home_epsg = hemisphere + zones[0]
        self.region = self._region(lon, lat)
        self.granules = tuple(self._granules(zones, hemisphere, lat))
        self.overpasses = tuple(self._overpass(i, day) for i, day in enumerate(options.overpasses))

    def scenes(self) -> list[PlannedScene]:
        """In order of time; an orbit that misses a granule makes no scene of it."""
        planned = []
        for overpass in self.overpasses:
            versions = [(overpass.baseline, False)]
            if self.options.reprocessed and overpass.number == 0:
                versions.append(("05.00" if self.options.publisher == "earth-search-c1" else "02.14", True))
            for granule in self.granules:
                outline = self._outline(overpass, granule)
                if outline.area > 0.001 * self._area():
                    planned += [PlannedScene(overpass, granule, outline, *version) for version in versions]
        return planned

    def seen(self, overpass: Overpass, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Whether the swath covers places given in the home CRS; shapes broadcast."""
        if self.options.orbits == 1:
            return np.ones(np.broadcast_shapes(x.shape, y.shape), dtype=np.bool_)
        west, south, east, north = self.region.bounds
        along = (x - west) / (east - west) + _SLANT * ((y - south) / (north - south) - 0.5)
        half = self.options.overlap / 2
        return np.asarray(along < 0.5 + half if overpass.orbit == 0 else along > 0.5 - half)

    def to_lonlat(self, outline: Polygon, step_m: float = 2000.0) -> Polygon:
        """An outline in the home CRS in degrees, counter-clockwise; beyond 180 degrees where it crosses that."""
        there = Transformer.from_crs(self.home_epsg, 4326, always_xy=True)

        def project(points: Floats) -> Floats:
            lon, lat = there.transform(points[:, 0], points[:, 1])
            lon = (np.asarray(lon) - self.longitude + 180.0) % 360.0 - 180.0 + self.longitude
            return np.column_stack([lon, lat])

        return orient(Polygon(transform(segmentize(outline, step_m), project)))

    def _region(self, lon: float, lat: float) -> CellGrid:
        coarsest = self.published_as.coarsest_cells
        cells = math.ceil(self.options.size_km * 1000 / CELL_M / coarsest) * coarsest
        x, y = Transformer.from_crs(4326, self.home_epsg, always_xy=True).transform(lon, lat)
        # From the corner of a block on, a small square has a whole little landscape; but a border stays inside.
        step = CELL_M * (coarsest if self.options.layout == "two zones" else BLOCK)
        half, shift = cells * CELL_M / 2, self.published_as.grid_shift_m
        west, north = round((x - half) / step) * step + shift, round((y + half) / step) * step + shift
        return CellGrid(self.home_epsg, west, north, cells, cells)

    def _granules(self, zones: tuple[int, int], hemisphere: int, lat: float) -> list[Granule]:
        region, coarsest = self.region, self.published_as.coarsest_cells
        band = "CDEFGHJKLMNPQRSTUVWX"[min(int((lat + 80) // 8), 19)]
        half = region.rows // 2 // coarsest * coarsest
        lap = max(region.rows // 10 // coarsest, 2) * coarsest  # what neighbouring tiles share
        if self.options.layout == "one tile":
            grids = [region]
        elif self.options.layout == "two tiles":
            grids = [
                region.part(0, 0, half + lap, region.cols),
                region.part(half - lap, 0, region.rows - half + lap, region.cols),
            ]
        else:
            east = region.part(0, half - lap, region.rows, region.cols - half + lap)
            epsg = hemisphere + zones[1]
            grids = [region.part(0, 0, region.rows, half + lap), _around(east, epsg, coarsest)]
        return [
            Granule(i, grid, f"{grid.epsg % 100:02d}{band}{'NPQR'[i]}{'AB'[i]}")
            for i, grid in enumerate(grids)
        ]

    def _overpass(self, number: int, day: date) -> Overpass:
        options = self.options
        orbit, turn = number % options.orbits, number // options.orbits
        local = datetime.combine(day, _PASSES_AT, UTC) + timedelta(minutes=10 * orbit)
        shares = (
            None if cycle is None else cycle[number % len(cycle)]
            for cycle in (options.cloud_shares, options.veil_shares)
        )  # fmt: skip
        cloud, veil = shares
        rng = np.random.default_rng([options.seed, 4, day.toordinal()])
        sky = draw_sky(rng, options.seed, self.region.bounds, cloud=cloud, veil=veil)
        at = local - timedelta(hours=self.longitude / 15.0)
        return Overpass(
            number, day, at.replace(microsecond=0), orbit, turn % 2,
            options.baselines[turn % len(options.baselines)], sky,
        )  # fmt: skip

    def _area(self) -> float:
        west, south, east, north = self.region.bounds
        return (east - west) * (north - south)

    def _outline(self, overpass: Overpass, granule: Granule) -> Polygon:
        """The granule in the home CRS, cut along the edge of the swath."""
        outline = segmentize(box(*granule.grid.bounds), 5000.0)
        if granule.grid.epsg != self.home_epsg:
            there = Transformer.from_crs(granule.grid.epsg, self.home_epsg, always_xy=True)
            outline = transform(
                outline, lambda points: np.column_stack(there.transform(points[:, 0], points[:, 1]))
            )
        if self.options.orbits == 1:
            return outline
        west, south, east, north = self.region.bounds
        half, width, height = self.options.overlap / 2, east - west, north - south
        edge = 0.5 + (half if overpass.orbit == 0 else -half)
        # The edge of `seen`, drawn out far beyond the square to the north and south.
        ends = [
            (west + width * (edge - _SLANT * (up - 0.5)), south + height * up) for up in (-_FAR, 1.0 + _FAR)
        ]
        beyond = west - _FAR * width if overpass.orbit == 0 else east + _FAR * width
        swath = Polygon([*ends, (beyond, ends[1][1]), (beyond, ends[0][1])])
        return _polygon(outline.intersection(swath))


_FAR: Final = 3.0


def _polygon(shape: BaseGeometry) -> Polygon:
    """Of two convex shapes' intersection: empty where it is a line or a point."""
    return shape if isinstance(shape, Polygon) else Polygon()


def _zone(lon: float) -> int:
    return int((_wrapped(lon) + 180.0) // 6) % 60 + 1


def _wrapped(lon: float) -> float:
    """-180..180."""
    return (lon + 180.0) % 360.0 - 180.0


def _around(part: CellGrid, epsg: int, coarsest: int) -> CellGrid:
    """The smallest grid in another CRS that holds a grid, on whole cells of the coarsest band."""
    there = Transformer.from_crs(part.epsg, epsg, always_xy=True)
    west, south, east, north = there.transform_bounds(*part.bounds)
    size = coarsest * CELL_M
    left, low, right, top = (
        math.floor(west / size),
        math.floor(south / size),
        -(-east // size),
        -(-north // size),
    )
    return CellGrid(
        epsg, left * size, top * size, round(top - low) * coarsest, round(right - left) * coarsest
    )
