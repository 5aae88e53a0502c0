"""All regions of a folder: drawn once, built one by one, and gone on with where they were left."""

from __future__ import annotations

import shutil
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from geodata.errors import (
    ImageryFailedError,
    NoClearImageryError,
    NoScenesError,
    RegionError,
)
from geodata.imagery.tile_cache import TileCache
from geodata.regions.drawing import candidates, draw, tiles_to_look_at
from geodata.regions.errors import TrainingRegionsError, UnsuitableRegionError
from geodata.regions.folder import CACHE
from geodata.regions.label_maps import LabelMaps
from geodata.regions.tasks import TaskBuilder
from geodata.regions.worldcover import label_tiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from geodata.imagery.stac.session import ReadingSettings
    from geodata.regions.cells import Cell
    from geodata.regions.drawing import Candidate, Draw
    from geodata.regions.folder import RegionFolder
    from geodata.regions.settings import RegionSettings
    from geodata.regions.worldcover import LabelTile

FAILURES_IN_A_ROW: Final = 3
"""Regions whose files cannot be read, one after the other, before it is taken for the server's fault."""

CACHE_BYTES: Final = 2 * 10**9

_NAMED = 3  # of the scenes that cannot be read

DRAWING, BUILDING = "drawing", "building"
"""Stages."""


class Report(Protocol):
    """Is told how far it is."""

    def __call__(self, stage: str, done: int, total: int, note: str = "") -> None:
        """`done` of `total` of a stage; its first call begins it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of a draw."""

    built: int
    """Regions in the folder, those that were there before among them."""

    missing: Mapping[str, int]
    """Stratum -> regions that could not be built, as it has no other places."""


def draw_regions(settings: RegionSettings, report: Report, *, reading: ReadingSettings) -> Draw:
    """Look at WorldCover, and draw; nothing is written.

    Args:
        settings: what to draw.
        report: is told how far it is.
        reading: how many files are read at a time, and with how much patience.

    Raises:
        TrainingRegionsError: there is no map, or not enough land.
        ImageryFailedError: tiles of the map cannot be read.
        CatalogueError: the catalogue cannot be reached or understood.
    """
    tiles = label_tiles(settings.labels)
    chosen = tiles_to_look_at(tiles, settings.drawn)
    maps = LabelMaps(settings.labels, reading.patience)

    def look(tile: LabelTile) -> list[Candidate]:
        part = maps.look(tile, coarsest_m=settings.drawn.coarsest_m)
        return candidates(tile, part, settings.drawn) if part else []

    report(DRAWING, 0, len(chosen))
    with ThreadPoolExecutor(reading.readers, thread_name_prefix="landshot-look") as pool:
        try:
            return draw(settings.drawn, len(tiles), _counted(pool.map(look, chosen), len(chosen), report))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def build_regions(
    settings: RegionSettings, folder: RegionFolder, report: Report, *, reading: ReadingSettings
) -> Outcome:
    """Draw regions, and build those that are not in the folder yet.

    A place that turns out to be no region (nothing clear, all of one class) is passed over for the next one of its
    stratum, and named in the index. The result depends on the settings and the catalogues only, not on interruptions.

    Args:
        settings: what to build.
        folder: where; what it has is not built again.
        report: is told how far it is.
        reading: how much is read at a time.

    Raises:
        TrainingRegionsError: there is no map, or not enough land.
        ImageryFailedError: files of several regions in a row cannot be read.
        CatalogueError: a catalogue cannot be reached or understood.
        OutputError: the folder cannot be written to.
    """
    drawn = folder.draw()
    if drawn is None:
        drawn = draw_regions(settings, report, reading=reading)
        folder.keep_draw(drawn)
    cache = TileCache(folder.path / CACHE, max_bytes=CACHE_BYTES)
    work = _Work(
        settings,
        folder,
        TaskBuilder(settings, LabelMaps(settings.labels, reading.patience), cache=cache, reading=reading),
    )
    order = drawn.order()
    queues = {name: iter(cells) for name, cells in drawn.queues.items()}
    missing: Counter[str] = Counter()
    report(BUILDING, 0, len(order))
    for number, stratum in enumerate(order, start=1):
        if not work.fill(stratum, queues[stratum]):
            missing[stratum] += 1
        report(BUILDING, number, len(order), f"region {number} of {len(order)}")
    folder.write()
    shutil.rmtree(cache.folder, ignore_errors=True)
    return Outcome(len(order) - missing.total(), dict(missing))


class _Work:
    """What is done for each region."""

    def __init__(self, settings: RegionSettings, folder: RegionFolder, builder: TaskBuilder) -> None:
        self._settings = settings
        self._folder = folder
        self._builder = builder
        self._tiles: dict[str, LabelTile] | None = None
        self._failed: list[Cell] = []

    def fill(self, stratum: str, places: Iterator[Cell]) -> bool:
        """Build a region at the first place that makes one; False where none is left."""
        for cell in places:
            if self._folder.is_built(cell):
                return True
            if self._folder.is_unsuitable(cell):
                continue
            if self._build(stratum, cell):
                return True
        return False

    def _build(self, stratum: str, cell: Cell) -> bool:
        try:
            record = self._builder.build(cell, self._tile(cell), self._folder.file_of(stratum, cell))
        except (UnsuitableRegionError, NoScenesError, NoClearImageryError, RegionError) as error:
            self._failed.clear()
            self._folder.pass_over(stratum, cell, error.detail)
            return False
        except ImageryFailedError as error:
            named = "; ".join(f"{fault.where}: {fault.reason}" for fault in error.faults[:_NAMED])
            self._folder.pass_over(stratum, cell, f"{error.detail} ({named})" if named else error.detail)
            self._failed.append(cell)
            if len(self._failed) == FAILURES_IN_A_ROW:
                # Another time they may be there.
                for failed in self._failed:
                    self._folder.try_again(failed)
                raise
            return False
        self._failed.clear()
        self._folder.add(stratum, cell, record)
        return True

    def _tile(self, cell: Cell) -> LabelTile:
        if self._tiles is None:
            self._tiles = {tile.name: tile for tile in label_tiles(self._settings.labels)}
        if cell.tile not in self._tiles:
            raise TrainingRegionsError(
                f"{self._settings.labels.name} has no tile {cell.tile} any more, where regions were drawn; "
                "draw them anew in another --output"
            )
        return self._tiles[cell.tile]


def _counted(looks: Iterator[list[Candidate]], total: int, report: Report) -> Iterator[list[Candidate]]:
    for number, look in enumerate(looks, start=1):
        yield look
        report(DRAWING, number, total, f"tile {number} of {total}")
