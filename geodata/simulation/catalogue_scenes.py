"""The pixels of a simulated scene, computed and written tile by tile, with the truth about its clouds."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
import rasterio
from rasterio.shutil import copy as copy_raster
from rasterio.windows import Window

from geodata.gdal import gdal_settings
from geodata.simulation.catalogue_clouds import (
    QA_FILL,
    UNSEEN,
    pixel_quality,
    scene_classification,
)
from geodata.simulation.catalogue_grid import averaged, places_on
from geodata.simulation.endless_land import EndlessLand
from geodata.simulation.land_year import LandYear, is_water
from geodata.simulation.noise_bank import NoiseBank

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from geodata.simulation.catalogue_clouds import Cover
    from geodata.simulation.catalogue_grid import CellGrid
    from geodata.simulation.catalogue_plan import Plan, PlannedScene
    from geodata.simulation.catalogue_publishers import BandFile

TILE: Final = 768
"""Cells that are computed at once: a whole number of pixels of all bands, and of blocks of the files."""

_SWATH_CELLS = 6  # the edge of the swath follows the coarsest pixels, so that all bands end together
_WHITE = (0.72, 0.45)  # reflectance of clouds at 900 nm and below, at 2200 nm


@dataclass(frozen=True, slots=True)
class SceneFacts:
    """What an Item tells of its pixels."""

    cloud_cover: float
    """Per cent of what was seen."""
    unseen: float
    """Per cent of the grid."""


class World:
    """What all scenes of a catalogue show, computed once; safe to share between threads."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.files = tuple(
            file for file in plan.published_as.bands if plan.options.all_bands or file.cells < _SWATH_CELLS
        )
        self.land = EndlessLand(plan.options.seed)
        self.year = LandYear(plan.options.seed, [file.band for file in self.files])
        self.noise = NoiseBank(plan.options.seed, plan.options.noise)
        self.water = is_water()
        self.table = lru_cache(maxsize=4)(self.year.on)  # scenes of a month share one


def write_scene_pixels(world: World, scene: PlannedScene, folder: Path, truth: Path) -> SceneFacts:
    """Writes a COG for each band and for the mask into `folder`, and what is cloud to the file `truth`.

    Args:
        world: what there is to see.
        scene: who sees it.
        folder: existing, empty.
        truth: GeoTIFF of the codes in `catalogue_clouds`, on the mask's grid.
    """
    published, grid = world.plan.published_as, scene.granule.grid
    names = [(file.file, file.cells) for file in world.files] + [(published.mask_file, published.mask_cells)]
    counts = np.zeros(256, dtype=np.int64)
    with ExitStack() as opened, gdal_settings():
        drafts = {}
        for name, cells in names:
            dtype = "uint8" if name == published.mask_file and published.mask == "scl" else "uint16"
            nodata = QA_FILL if name == published.mask_file and published.mask == "qa_pixel" else 0
            path = folder / f".{name}"
            drafts[name] = opened.enter_context(_draft(path, grid.coarser(cells), dtype, nodata))
        codes = opened.enter_context(
            _draft(truth, grid.coarser(published.mask_cells), "uint8", UNSEEN, compress="deflate")
        )
        for row in range(0, grid.rows, TILE):
            for col in range(0, grid.cols, TILE):
                tile = grid.part(row, col, min(TILE, grid.rows - row), min(TILE, grid.cols - col))
                cells = published.mask_cells
                for name, factor, stored in _tile(world, scene, tile, (row // TILE, col // TILE), counts):
                    place = Window(col // factor, row // factor, stored.shape[1], stored.shape[0])
                    (codes if name == "" else drafts[name]).write(stored, 1, window=place)
    for name, _ in names:
        # Averages of classes, or of bits, would be others.
        resampling = "nearest" if name == published.mask_file else "average"
        _finish(folder / f".{name}", folder / name, resampling)
    seen = counts.sum() - counts[UNSEEN]
    cloudy = counts[1] + counts[3]
    return SceneFacts(100.0 * float(cloudy) / max(int(seen), 1), 100.0 * float(counts[UNSEEN]) / counts.sum())


def _tile(
    world: World, scene: PlannedScene, tile: CellGrid, number: tuple[int, int], counts: NDArray[np.int64]
) -> Iterator[tuple[str, int, NDArray[np.uint8] | NDArray[np.uint16]]]:
    """Yields name, cells a pixel and stored numbers of each band, of the mask, and (no name) of the truth."""
    plan, published, overpass = world.plan, world.plan.published_as, scene.overpass
    places = places_on(world.land, tile, plan.home_epsg)
    cells = published.mask_cells
    cover = overpass.sky.over(tile.coarser(cells), plan.home_epsg)
    swath = plan.seen(overpass, *tile.coarser(_SWATH_CELLS).centres(plan.home_epsg))
    swath = np.broadcast_to(swath, (tile.rows // _SWATH_CELLS, tile.cols // _SWATH_CELLS))

    shown = plan.options.shown_on(overpass.day)
    table = world.table(shown)
    for i, file in enumerate(world.files):
        ground = averaged(table[i][places], file.cells)
        seen = _bigger(swath, _SWATH_CELLS // file.cells)
        key = (overpass.number, scene.granule.number, i, *number)
        value = cover.over(ground, _white(file), cells=cells, pixels=file.cells)
        value = value + world.noise.take(key, value.shape)
        stored = published.stored(value, scene.baseline)
        stored[~seen] = 0
        yield file.file, file.cells, stored

    seen = _bigger(swath, _SWATH_CELLS // cells)
    middle = places[cells // 2 :: cells, cells // 2 :: cells]
    water, green = world.water[middle], world.year.is_green(shown)[middle]
    yield published.mask_file, cells, _mask(published.mask, cover, water, green, seen)
    codes = cover.truth()
    codes[~seen] = UNSEEN
    counts += np.bincount(codes.ravel(), minlength=256)
    yield "", cells, codes


def _mask(
    kind: str, cover: Cover, water: NDArray[np.bool_], green: NDArray[np.bool_], seen: NDArray[np.bool_]
) -> NDArray[np.uint8] | NDArray[np.uint16]:
    if kind == "scl":
        classes = scene_classification(cover, water, green)
        classes[~seen] = 0
        return classes
    quality = pixel_quality(cover, water)
    quality[~seen] = QA_FILL
    return quality


def _white(file: BandFile) -> float:
    """What clouds reflect: less of the light that ice absorbs."""
    return float(np.interp(file.band.wavelength_nm, (900.0, 2200.0), _WHITE))


def _bigger(mask: NDArray[np.bool_], factor: int) -> NDArray[np.bool_]:
    return mask.repeat(factor, axis=0).repeat(factor, axis=1)


def _draft(
    path: Path, grid: CellGrid, dtype: str, nodata: int, *, compress: str | None = None
) -> rasterio.io.DatasetWriter:
    return rasterio.open(
        path, "w", driver="GTiff", width=grid.cols, height=grid.rows, count=1, dtype=dtype, nodata=nodata,
        crs=f"EPSG:{grid.epsg}", transform=grid.geobox.transform, tiled=True, blockxsize=128, blockysize=128,
        bigtiff="if_safer", compress=compress,
    )  # fmt: skip


def _finish(draft: Path, path: Path, resampling: str) -> None:
    """A COG made of a draft, which is removed."""
    copy_raster(
        draft, path, driver="COG", blocksize=256, compress="deflate", level=1, predictor="standard",
        overview_resampling=resampling, bigtiff="if_safer",
    )  # fmt: skip
    draft.unlink()
