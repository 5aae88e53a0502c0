"""What a map would be made from, and what that would cost, before anything but overviews is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shapely.geometry import box

from geodata.errors import NoClearImageryError
from geodata.imagery.stac.absolute_tiles import TilePlace, tiles_of
from geodata.imagery.stac.choice import choose
from geodata.imagery.stac.survey import band_assets
from geodata.imagery.stac.views import in_crs

if TYPE_CHECKING:
    from odc.geo.geobox import GeoBox
    from shapely.geometry.base import BaseGeometry

    from geodata.imagery.stac.choice import ChosenStep
    from geodata.imagery.stac.query import SceneQuery
    from geodata.imagery.stac.scene import Scene
    from geodata.imagery.stac.survey import Survey
    from geodata.steps import Step

TILE: Final = 512
"""Pixels along a side of what is read, composited and kept at once: as the blocks of a COG are."""

BYTES_PER_NUMBER: Final = 1.2
"""Of two, after compression, as Sentinel-2's COGs have it."""

BYTES_PER_SECOND: Final = 20e6
SECONDS_PER_READ: Final = 0.25
READS_AT_A_TIME: Final = 16
"""A catalogue on another continent, read with patience; what is measured may be ten times as fast."""

_OUTLINE_ERROR_M = 1000.0  # catalogues give the outlines of scenes with few points


@dataclass(frozen=True, slots=True)
class Estimate:
    """What reading a region costs where nothing of it is cached."""

    pixels: int
    """Of the map."""

    tiles: int
    """Read, composited and kept: places times dates."""

    reads: int
    """Of a band of a scene, or its mask, for a tile."""

    read_bytes: int
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class ImageryPlan:
    """Scenes, grid and dates of a cube."""

    query: SceneQuery
    survey: Survey

    geobox: GeoBox
    """The pixel grid of the map."""

    steps: tuple[ChosenStep, ...]
    """The dates of the cube: those that some scene shows clear; at least one."""

    without_imagery: tuple[Step, ...]
    """Dates that were asked for, and have no clear scene."""

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """All that are to be read, by date."""
        return tuple(scene for step in self.steps for scene in step.scenes)

    def estimate(self) -> Estimate:
        """What reading all of it would cost."""
        places = tiles_of(self.geobox, TILE)
        areas = [box(*place.geobox.boundingbox) for place in places]
        reads, numbers, tiles = 0, 0.0, 0
        for step in self.steps:
            outlines = [(ground_of(scene, self.geobox), scene) for scene in step.scenes]
            for place, area in zip(places, areas, strict=True):
                showing = [scene for ground, scene in outlines if ground is None or ground.intersects(area)]
                tiles += bool(showing)
                for scene in showing:
                    assets = band_assets(scene, self.survey.bands)
                    reads += len(assets) + (scene.mask is not None)
                    numbers += sum(_numbers(place, asset.resolution_m) for asset in assets)
        height, width = self.geobox.shape
        read_bytes = round(numbers * BYTES_PER_NUMBER)
        seconds = max(read_bytes / BYTES_PER_SECOND, reads * SECONDS_PER_READ / READS_AT_A_TIME)
        return Estimate(int(height * width), tiles, reads, read_bytes, round(seconds, 1))


def plan_for(query: SceneQuery, survey: Survey) -> ImageryPlan:
    """Choose scenes for each date; nothing is read.

    Raises:
        NoClearImageryError: no scene shows any of the box clear.
        RegionError: the box has no grid in metres.
    """
    height, width = survey.coarse.shape
    steps = choose(
        survey.views,
        query.cut,
        days_per_step=query.catalogue.scenes_per_step,
        shape=(int(height), int(width)),
    )
    seen = tuple(step for step in steps if step.days)
    if not seen:
        cloudy = len(survey.views) + sum(one.cause == "cloudy" for one in survey.left_out)
        raise NoClearImageryError(
            f"all {cloudy} scenes between {query.period.start} and {query.period.end} are cloudy over "
            "100 % of the region; widen the period, or choose another one"
        )
    return ImageryPlan(
        query=query,
        survey=survey,
        geobox=survey.grid(query.bbox, query.pixel_m),
        steps=seen,
        without_imagery=tuple(step.step for step in steps if not step.days),
    )


def ground_of(scene: Scene, geobox: GeoBox) -> BaseGeometry | None:
    """Where a scene has pixels, on a grid's map, with some margin; None: perhaps everywhere."""
    outline = in_crs(scene.outline, str(geobox.crs))
    return None if outline is None else outline.buffer(_OUTLINE_ERROR_M)


def _numbers(place: TilePlace, resolution_m: float | None) -> float:
    side = abs(place.geobox.affine.a)
    return float(place.geobox.shape[0] * place.geobox.shape[1]) * (side / (resolution_m or side)) ** 2
