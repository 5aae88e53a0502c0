"""Imagery from a STAC catalogue: cloud-free composites of each date, made tile by tile and kept."""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from geodata.cube import Cube
from geodata.errors import Fault, ImageryChangedError
from geodata.grid import Window, lonlat_bounds
from geodata.imagery.stac.lineage import lineage_of, scaling_of
from geodata.imagery.stac.scene_reads import ScenesLostError
from geodata.imagery.stac.session import ReadingSettings, Session
from geodata.imagery.stac.tile_making import TileMaker, UsedScene
from geodata.imagery.stac.tiled import Piece, TiledBox
from geodata.imagery.tile_cache import content_key
from geodata.imagery.tile_sampling import sample_tiles

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import date

    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

    from geodata.grid import Region
    from geodata.imagery.composite_tiles import CompositeTile
    from geodata.imagery.radiometry import Radiometry
    from geodata.imagery.stac.plan import ImageryPlan
    from geodata.imagery.stac.query import SceneQuery
    from geodata.imagery.tile_cache import TileCache
    from geodata.sensors import Band
    from geodata.steps import Step


class StacImagery:
    """Reflectance of a box over the dates of a period; many threads may use it.

    It is always the same scenes: when one of them turns out to be unreadable, reading ends with
    `ImageryChangedError`, which brings the imagery without it (`geodata.imagery.settling` begins again with
    that). Tiles lie on the endless grid of CRS and resolution, so that a pixel does not depend on the box, nor on
    how it is read, and other boxes find the tiles that they share with this one.
    """

    name: str
    """What users call it: the catalogue's name."""

    geobox: GeoBox
    """The pixel grid of the box."""

    bands: tuple[Band, ...]
    """In order of wavelength."""

    sensor: str
    """A key of `SENSORS`: that of most scenes."""

    date: date | None
    """Day of acquisition, where all scenes are of one."""

    day_of_year: NDArray[np.int64]
    """(T,) of each date's middle; -1 where it is too long to have one."""

    steps: tuple[Step, ...]
    """(T,) what the dates are."""

    scaling: str
    """How stored numbers became reflectance, in a sentence; `lineage` has it for each scene."""

    fingerprint: str
    """Changes when anything does that a pixel depends on (hexadecimal)."""

    plan: ImageryPlan
    """Scenes, and what they show of the box."""

    def __init__(self, session: Session, plan: ImageryPlan, radiometry: Mapping[str, Radiometry]) -> None:
        """Not for callers: use `StacImagery.open`."""
        catalogue, survey = plan.query.catalogue, plan.survey
        self.name = catalogue.name
        self.geobox = plan.geobox
        self.bands = survey.bands
        self.sensor = Counter(scene.sensor for scene in plan.scenes).most_common(1)[0][0]
        days = {scene.solar_day for scene in plan.scenes}
        self.date = days.pop() if len(days) == 1 else None
        self.steps = tuple(chosen.step for chosen in plan.steps)
        self.day_of_year = np.array([step.day_of_year for step in self.steps], dtype=np.int64)
        self.scaling = scaling_of(plan, radiometry)
        self.plan = plan
        self._radiometry = dict(radiometry)
        self._session = session
        used = {
            scene.id: UsedScene.of(scene, self.bands, radiometry[scene.id], self.geobox)
            for scene in plan.scenes
        }
        maker = TileMaker(
            bands=self.bands,
            statistic=catalogue.statistic,
            mask=catalogue.mask,
            reader=session.reader,
            pool=session.readers,
            memory=session.memory,
            used=used,
        )
        tile_px = session.settings.tile_px
        whole = [maker.work(chosen, self.geobox).key for chosen in plan.steps]
        self.fingerprint = content_key({"steps": whole, "days": self.day_of_year.tolist(), "tile": tile_px})
        self._tiled = TiledBox(
            self.geobox,
            plan.steps,
            maker,
            cache=session.cache,
            pool=session.makers,
            makers=session.settings.makers,
            tile_px=tile_px,
        )
        self._lock = threading.Lock()
        self._remaining: StacImagery | None = None

    @classmethod
    def open(cls, query: SceneQuery, *, cache: TileCache, settings: ReadingSettings | None = None) -> Self:
        """Search the catalogue, choose scenes, and make sure that their files are there.

        Args:
            query: what is asked for.
            cache: where tiles are kept, and what was found out about the scenes.
            settings: how much is read at a time.

        Raises:
            NoScenesError: there is no usable scene; the message says what is nearest in time.
            NoClearImageryError: none shows any of the box clear.
            RegionError: the box has no grid, or more scenes than the catalogue's limit.
            CatalogueError: the catalogue cannot be reached or understood.
            ImageryFailedError: more scenes cannot be read than the catalogue's `max_failed_share`.
        """
        session = Session(query, cache, settings or ReadingSettings())
        try:
            return cls(session, *session.prepared())
        except BaseException:
            session.close()
            raise

    @property
    def bounds_lonlat(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees WGS 84; west > east over the antimeridian."""
        return lonlat_bounds(self.geobox)

    def lineage(self) -> dict[str, Any]:
        """Scenes, dates and decisions, as JSON values; see `geodata.imagery.stac.lineage`."""
        return lineage_of(self.plan, self._radiometry)

    def read_region(self, region: Region, window: Window) -> Cube:
        """Reflectance (T, B, h, w) of a window of the region; NaN where nothing is clear, and beyond the box.

        Raises:
            ImageryChangedError: scenes were lost; begin again with those that remain.
            ImageryFailedError: too many were.
            OutputError: tiles cannot be kept.
        """
        shape = (len(self.steps), len(self.bands), window.height, window.width)
        reflectance = np.full(shape, np.nan, dtype=np.float32)
        for piece in self._pieces([_in_image(region, window)], together=True):
            rows, cols = _in_window(piece.window, region, window).slices
            reflectance[piece.step, :, rows, cols] = piece.tile.reflectance
        return Cube(reflectance, self.bands, self.day_of_year)

    def read_clear_count(self, region: Region, window: Window) -> NDArray[np.uint16]:
        """How many days were clear (T, h, w) of a window of the region; 0 beyond the box.

        Raises: as `read_region`.
        """
        counts = np.zeros((len(self.steps), window.height, window.width), dtype=np.uint16)
        for piece in self._pieces([_in_image(region, window)], together=True, counts_only=True):
            rows, cols = _in_window(piece.window, region, window).slices
            counts[piece.step, rows, cols] = piece.tile.counts
        return counts

    def read_pixels(self, region: Region, rows: NDArray[np.int64], cols: NDArray[np.int64]) -> Cube:
        """Reflectance (T, B, n, 1) of single pixels of the region; only the tiles they lie in are read.

        Raises: as `read_region`.
        """
        reflectance = np.full((len(self.steps), len(self.bands), len(rows)), np.nan, dtype=np.float32)
        known = np.flatnonzero(_within(region.inside, rows, cols))
        image_rows, image_cols = rows + region.row_off, cols + region.col_off
        groups = self._tiled.grouped(image_rows[known], image_cols[known])
        for piece in self._pieces([window for window, _ in groups]):
            which = known[groups[piece.asked][1]]
            at = image_rows[which] - piece.window.row, image_cols[which] - piece.window.col
            reflectance[piece.step, :, which] = piece.tile.reflectance[:, *at].T
        return Cube(reflectance[..., np.newaxis], self.bands, self.day_of_year)

    def sample(self, region: Region, *, count: int = 4096, seed: int = 0) -> NDArray[np.float32]:
        """Reflectance (n, T, B) of a random sample of the pixels that some date shows clear, n <= count.

        It depends on the region and the seed, on nothing else. Only a few tiles are read; all, where
        nearly nothing is clear; n is 0 where nothing is.

        Raises: as `read_region`.
        """
        windows = self._tiled.windows(_whole(region))

        def read(some: Sequence[Window]) -> list[list[CompositeTile]]:
            dates: list[list[CompositeTile]] = [[] for _ in some]
            for piece in self._pieces(some):
                dates[piece.asked].append(piece.tile)
            return dates

        return sample_tiles(windows, read, count=count, rng=np.random.default_rng(seed))

    def reading_ahead(self, region: Region) -> AbstractContextManager[None]:
        """While this lasts, tiles of the region are made before `read_region` asks for them, row by row.

        Reading, and what is done with the result, go on at the same time then; what is read stays the same.
        """
        return self._tiled.reading_ahead(_whole(region))

    def close(self) -> None:
        """End its threads; nothing can be read afterwards."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _pieces(
        self, windows: Sequence[Window], *, together: bool = False, counts_only: bool = False
    ) -> Iterator[Piece]:
        try:
            yield from self._tiled.pieces(windows, together=together, counts_only=counts_only)
        except ScenesLostError as lost:
            raise self._changed(lost) from lost

    def _changed(self, lost: ScenesLostError) -> ImageryChangedError:
        with self._lock:
            if self._remaining is None:
                rest = self._session.without(lost.failed, self.plan, self._radiometry)
                self._remaining = StacImagery(self._session, *rest)
        names = ", ".join(one.scene.id for one in lost.failed)
        return ImageryChangedError(
            f"{names} cannot be read any more; the map has to be made without",
            self._remaining,
            tuple(Fault(one.scene.id, one.reason) for one in lost.failed),
        )


def _in_image(region: Region, window: Window) -> Window:
    """The part of a region's window that the imagery covers, in pixels of the imagery."""
    return window.clipped(region.inside).shifted(region.row_off, region.col_off)


def _in_window(image: Window, region: Region, window: Window) -> Window:
    """Pixels of the imagery in those of a region's window."""
    return image.shifted(-region.row_off - window.row, -region.col_off - window.col)


def _whole(region: Region) -> Window:
    return _in_image(region, Window(0, 0, *region.shape))


def _within(area: Window, rows: NDArray[np.int64], cols: NDArray[np.int64]) -> NDArray[np.bool_]:
    down, right = rows - area.row, cols - area.col
    return np.asarray((down >= 0) & (down < area.height) & (right >= 0) & (right < area.width))
