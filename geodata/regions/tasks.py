"""One region: its labels and its cube, from the catalogues to a pixel task file."""

from __future__ import annotations

import zlib
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from pyproj import Transformer

from geodata.grid import Window, region_on_grid
from geodata.grid_choice import grid_for
from geodata.imagery.settling import with_settled_imagery
from geodata.imagery.stac.query import SceneQuery
from geodata.imagery.stac.source import StacImagery
from geodata.regions.errors import UnsuitableRegionError
from geodata.regions.estimate import TILE_PX
from geodata.regions.picking import pick_pixels, refuse_uniform
from geodata.regions.worldcover import CLASSES
from geodata.whole_files import complete

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

    from geodata.imagery import ImagerySource
    from geodata.imagery.stac.choice import ChosenStep
    from geodata.imagery.stac.session import ReadingSettings
    from geodata.imagery.tile_cache import TileCache
    from geodata.regions.cells import Cell
    from geodata.regions.label_maps import LabelMaps
    from geodata.regions.picking import Picks
    from geodata.regions.settings import RegionSettings
    from geodata.regions.worldcover import LabelTile
    from geodata.steps import Step

LEAST_CLEAR: Final = 0.1
"""Share of a region that a date has to show clear, or it is left out."""

CLEAR_DATES: Final = 0.5
"""Share of the dates asked for that are left at least; and of these, on which each pixel is seen clear."""


class TaskBuilder:
    """Builds one region after the other."""

    def __init__(
        self, settings: RegionSettings, maps: LabelMaps, *, cache: TileCache, reading: ReadingSettings
    ) -> None:
        """Nothing is read yet.

        Args:
            settings: what regions are made of.
            maps: reads WorldCover.
            cache: keeps tiles, so that what an interruption leaves unfinished is not read again.
            reading: how much of the imagery is read at a time.
        """
        self._settings = settings
        self._maps = maps
        self._cache = cache
        self._reading = replace(reading, tile_px=TILE_PX)

    def build(self, cell: Cell, tile: LabelTile, path: Path) -> dict[str, Any]:
        """Write the task file of one region.

        Args:
            cell: where it lies.
            tile: of WorldCover, in which that is.
            path: of the file; it is complete or not there.

        Returns:
            What the index says of it, as JSON values.

        Raises:
            UnsuitableRegionError: it makes no task.
            NoScenesError: there is no imagery of it.
            NoClearImageryError: nothing of it is ever clear.
            RegionError: it has no grid in metres, or more scenes than the catalogue's limit.
            ImageryFailedError: too much of the imagery, or the labels, cannot be read.
            CatalogueError: a catalogue cannot be reached.
            OutputError: the file cannot be written.
        """
        settings = self._settings
        query = SceneQuery(settings.catalogue, cell.bbox, settings.period, settings.steps)
        # On nearly the grid that the imagery will have: labels are cheap, and many places are of one class only.
        refuse_uniform(self._maps.pure(tile, grid_for(cell.bbox, query.pixel_m)), query.pixel_m)
        with StacImagery.open(query, cache=self._cache, settings=self._reading) as imagery:
            return with_settled_imagery(imagery, partial(self._write, cell, tile, path))

    def _write(self, cell: Cell, tile: LabelTile, path: Path, imagery: ImagerySource) -> dict[str, Any]:
        assert isinstance(imagery, StacImagery)
        # By overviews of the masks, before all bands are read.
        self._refuse_cloudy([chosen.clear_share for chosen in imagery.plan.steps])
        region = region_on_grid(None, imagery.geobox)
        clear = imagery.read_clear_count(region, Window(0, 0, *region.shape)) > 0
        shares = clear.mean(axis=(1, 2))
        dates = np.flatnonzero(shares >= LEAST_CLEAR)
        self._refuse_cloudy(shares.tolist())
        seen = clear[dates].sum(axis=0) >= CLEAR_DATES * len(dates)
        labels = np.where(seen, self._maps.pure(tile, imagery.geobox), np.uint8(0))
        rng = np.random.default_rng([self._settings.drawn.seed, 2, zlib.crc32(cell.name.encode())])
        pixel_m = self._settings.imagery.resolution_m
        picks = pick_pixels(labels, pixel_m, most=self._settings.pixels, rng=rng)
        cube = imagery.read_pixels(region, picks.rows, picks.cols)
        reflectance = cube.reflectance[dates, :, :, 0].transpose(2, 0, 1)
        _write_task(path, reflectance, [imagery.steps[date] for date in dates], imagery, picks)
        return self._record(cell, imagery, picks, {int(date): float(shares[date]) for date in dates})

    def _refuse_cloudy(self, clear_shares: Sequence[float]) -> None:
        asked, clear = len(self._settings.cut), sum(share >= LEAST_CLEAR for share in clear_shares)
        if clear < CLEAR_DATES * asked:
            raise UnsuitableRegionError(
                f"{clear} of {asked} dates show a tenth of it clear, and half of them have to"
            )

    def _record(
        self, cell: Cell, imagery: StacImagery, picks: Picks, shares: Mapping[int, float]
    ) -> dict[str, Any]:
        height, width = (int(n) for n in imagery.geobox.shape)
        return cell.to_json() | {
            "crs": str(imagery.geobox.crs),
            "shape": [height, width],
            "sensor": imagery.sensor,
            "bands": [band.name for band in imagery.bands],
            "dates": [_dated(imagery.plan.steps[date], share) for date, share in shares.items()],
            "scaling": imagery.scaling,
            "pixels": picks.by_class,
            "groups": int(np.unique(picks.groups).size),
        }


def _dated(chosen: ChosenStep, share: float) -> dict[str, Any]:
    return {
        "start": chosen.step.start.isoformat(),
        "end": chosen.step.end.isoformat(),
        "day_of_year": chosen.step.day_of_year,
        "clear_share": round(share, 4),
        "scenes": [scene.id for scene in chosen.scenes],
    }


def _write_task(
    path: Path, x: NDArray[np.float32], steps: Sequence[Step], imagery: StacImagery, picks: Picks
) -> None:
    """(n, T, B), and what belongs to it, as `geodata.pixel_tasks` reads it."""
    names = np.array([CLASSES[int(value)] for value in picks.values])
    arrays: dict[str, NDArray[Any]] = {
        "x": np.ascontiguousarray(x, dtype=np.float32),
        "y": names,
        "lonlat": _lonlat(imagery.geobox, picks),
        "bands": np.array([band.name for band in imagery.bands]),
        "wavelength_nm": np.array([band.wavelength_nm for band in imagery.bands], dtype=np.float32),
        "day_of_year": np.array([step.day_of_year for step in steps], dtype=np.int16),
        "date": np.array([(step.start + (step.end - step.start) / 2).isoformat() for step in steps]),
        "group": picks.groups.astype(np.int32),
    }
    with complete(path) as partial_path, partial_path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **arrays)


def _lonlat(geobox: GeoBox, picks: Picks) -> NDArray[np.float64]:
    """(n, 2) of the pixels' middles."""
    affine = geobox.affine
    x = affine.a * (picks.cols + 0.5) + affine.b * (picks.rows + 0.5) + affine.c
    y = affine.d * (picks.cols + 0.5) + affine.e * (picks.rows + 0.5) + affine.f
    return np.column_stack(Transformer.from_crs(str(geobox.crs), 4326, always_xy=True).transform(x, y))
