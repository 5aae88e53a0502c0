"""A STAC catalogue by its name: box, period and steps of a request decide what is read of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from app.errors import InvalidRequestError, RegionTooLargeError
from app.label_box import box_around, refuse_outside
from app.lineage import lineage_of_scenes, public_error
from app.map_request import MapRequest
from app.sources import Opened
from app.sources.holding import Holding
from app.watch import SEARCHING
from geodata.errors import Fault, LandshotError, PeriodError
from geodata.grid_choice import area_km2
from geodata.imagery.neighbours import with_neighbours

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from app.map_plan import MapPlan
    from app.map_request import ImageryRequest
    from app.sources import Asked
    from app.watch import Watch
    from geodata.imagery import ImagerySource
    from geodata.imagery.stac.catalogue import Catalogue
    from geodata.imagery.stac.query import SceneQuery
    from geodata.imagery.stac.session import ReadingSettings
    from geodata.imagery.tile_cache import TileCache

T = TypeVar("T")

AREA_LIMIT_KM2 = 10_000.0
MAX_PERIOD_DAYS = 732


@dataclass(frozen=True, slots=True)
class Reading:
    """What all catalogues of a process share."""

    cache_dir: Path
    """Where composited tiles are kept, and what was found out about scenes."""

    cache_max_bytes: int = 20 * 10**9
    read_threads: int = 16

    memory_bytes: int = 500_000_000
    """What is read for tiles in the making may take."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one request."""

    area_km2: float = AREA_LIMIT_KM2

    period_days: int = MAX_PERIOD_DAYS
    """Two years and a leap day, unless the operator says otherwise."""

    attempts: int = 6
    """To read a file whose server is busy."""


class StacSource:
    """One catalogue. The libraries that it needs are loaded with its first request, not before."""

    def __init__(self, catalogue: Catalogue, reading: Reading, limits: Limits | None = None) -> None:
        self.catalogue = catalogue
        self.limits = limits or Limits()
        self._reading = reading
        self._cache: TileCache | None = None

    @property
    def name(self) -> str:
        """What users call it."""
        return self.catalogue.name

    @property
    def band_sets(self) -> tuple[tuple[float, ...], ...]:
        """By its settings."""
        from app.sources.catalogue_bands import band_sets_of  # noqa: PLC0415 - nobody asks before the server runs

        return band_sets_of(self.catalogue)

    def check(self, request: ImageryRequest) -> None:
        """Refuse fields, period and box that cannot be.

        Raises:
            InvalidRequestError: start or end is missing, or a box where there are no labels.
            PeriodError: the period runs backwards, ends in the future, or is too long.
            RegionTooLargeError: the box has more area than the source allows.
            LabelsError: labels lie outside of the box.
        """
        self.query(request)

    def query(self, request: ImageryRequest) -> tuple[SceneQuery, tuple[str, ...]]:
        """What to ask the catalogue, and what the user should know about that.

        Raises: as `check`.
        """
        from geodata.imagery.stac.period import Period  # noqa: PLC0415 - with the first request
        from geodata.imagery.stac.query import SceneQuery  # noqa: PLC0415

        labels = request.labels if isinstance(request, MapRequest) else None
        self._refuse_incomplete(request)
        assert request.start is not None
        assert request.end is not None
        period = Period(request.start, request.end)
        days = (period.end - period.start).days + 1
        if days > self.limits.period_days:
            raise PeriodError(
                f"the period has {days} days, and a map from {self.name} may use {self.limits.period_days}; "
                "give a later start, or an earlier end"
            )
        box = request.bbox
        notes: tuple[str, ...] = ()
        if box is None:
            assert labels is not None
            box, note = box_around(labels)
            notes = (note,)
        area = area_km2(box)
        if area > self.limits.area_km2:
            raise RegionTooLargeError(
                f"bbox: it has {area:,.0f} km2, and one map from {self.name} may have "
                f"{self.limits.area_km2:,.0f}; choose a smaller box, or map its parts one by one"
            )
        if labels is not None:
            refuse_outside(labels, box)
        return SceneQuery(self.catalogue, box, period, request.steps), notes

    def pixels(self, request: ImageryRequest) -> int:
        """From the area of the box; errors as `check`."""
        query, _ = self.query(request)
        return round(area_km2(query.bbox) * 1e6 / self.catalogue.resolution_m**2)

    def use(self, request: ImageryRequest, watch: Watch, work: Callable[[Opened], T]) -> T:
        """Search the catalogue, and work with what it has; again where scenes are lost on the way."""
        with self.hold(request, watch) as holding:
            return holding.work(work)

    def settled(self, request: Asked) -> Asked:
        """With the box around its labels, where it has none; errors as `check`."""
        query, _ = self.query(request)
        return replace(request, bbox=query.bbox)

    def hold(self, request: ImageryRequest, watch: Watch) -> Holding:
        """Search the catalogue."""
        from geodata.imagery.stac.source import StacImagery  # noqa: PLC0415

        query, notes = self.query(request)
        period = (query.period.start, query.period.end)

        def opened(imagery: ImagerySource) -> Opened:
            assert isinstance(imagery, StacImagery)
            return Opened(
                with_neighbours(imagery, request.neighbourhood),
                None,
                lineage_of_scenes(imagery.lineage(), period, folder=self.folder),
                notes,
                imagery.plan.estimate().seconds,
                lambda region, window, _: _of_all_dates(imagery.read_clear_count(region, window)),
                imagery.reading_ahead,
            )

        try:
            watch.search()
            with watch.stage(SEARCHING):
                imagery = StacImagery.open(query, cache=self.cache(), settings=self.settings())
        except LandshotError as error:
            self._tidy(error)
            raise
        return Holding(imagery, opened, close=imagery.close, tidy=self._tidy)

    def plan(self, request: ImageryRequest, *, max_pixels: int) -> MapPlan:
        """Scenes and cost, found out from the catalogue and overviews of masks."""
        from app.sources.stac_plan import plan_from_catalogue  # noqa: PLC0415

        try:
            return plan_from_catalogue(self, request, max_pixels=max_pixels)
        except LandshotError as error:
            public_error(error, self.folder)
            raise

    def described(self) -> dict[str, Any]:
        """What a request may ask of it."""
        catalogue = self.catalogue
        return {
            "name": self.name,
            "kind": "catalogue",
            "collections": list(catalogue.collections),
            "platforms": list(catalogue.platforms),
            "max_cloud_cover": catalogue.max_cloud_cover,
            "steps": catalogue.steps,
            "resolution": [catalogue.resolution_m, catalogue.resolution_m],
            "area_limit_km2": self.limits.area_km2,
            "max_period_days": self.limits.period_days,
            "needs": ["start", "end"],
        }

    @property
    def folder(self) -> Path | None:
        """Of a static catalogue on this machine."""
        url = self.catalogue.url
        return None if "://" in url else Path(url).resolve().parent

    def cache(self) -> TileCache:
        """Where its tiles are kept."""
        from geodata.imagery.tile_cache import TileCache  # noqa: PLC0415

        if self._cache is None:  # it remembers which entries it has checked
            self._cache = TileCache(self._reading.cache_dir, max_bytes=self._reading.cache_max_bytes)
        return self._cache

    def settings(self) -> ReadingSettings:
        """How much is read at a time."""
        from geodata.imagery.stac.retries import Patience  # noqa: PLC0415
        from geodata.imagery.stac.session import ReadingSettings  # noqa: PLC0415

        attempts = self.limits.attempts
        return ReadingSettings(
            readers=self._reading.read_threads,
            memory_bytes=self._reading.memory_bytes,
            patience=Patience(attempts=attempts, attempts_elsewhere=min(attempts, 4)),
        )

    def _tidy(self, error: LandshotError) -> None:
        public_error(error, self.folder)

    def _refuse_incomplete(self, request: ImageryRequest) -> None:
        when = (
            f"is missing; {self.name} is a catalogue of many dates: say from when to when, "
            "start and end, as days such as 2025-06-30"
        )
        faults = [Fault(field, when) for field in ("start", "end") if getattr(request, field) is None]
        if request.bbox is None and not isinstance(request, MapRequest):
            where = (
                f"is missing; {self.name} is a catalogue of many places, and without labels nothing else says "
                "where: give west, south, east, north in degrees"
            )
            faults.insert(0, Fault("bbox", where))
        if faults:
            raise InvalidRequestError(f"{faults[0].where}: {faults[0].reason}", tuple(faults))


def _of_all_dates(counts: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """(T, h, w) -> (h, w)."""
    return np.asarray(counts.sum(axis=0), dtype=np.uint16)
