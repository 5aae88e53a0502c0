"""A running server's state: its sources, its model, its maps, and the few threads that make them."""

from __future__ import annotations

import gc
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from app.adaptations.desk import AdaptationDesk
from app.adaptations.making import new_version
from app.adaptations.store import AdaptationStore
from app.adapting import adapt_region
from app.bundled import offer_bundled
from app.database.connection import Database
from app.errors import BusyError, NotReadyError
from app.jobs.outlook import Outlooks
from app.jobs.pool import WorkerPool
from app.jobs.quotas import Quotas
from app.jobs.store import JobStore
from app.jobs.watching import JobWatch
from app.keys.ownership import claim_map
from app.learner import load_learner, warm_up
from app.limits import refuse_pixel_count
from app.live.warming import warm_up_tiles
from app.map_content import map_id_of
from app.mapping import map_region
from app.operations.metrics import Metrics
from app.operations.tracing import span
from app.progress import NoProgress
from app.sources.choice import choose_source
from app.sources.opening import open_sources
from app.store import MapStore, MapTargets
from app.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from starlette.requests import Request

    from app.jobs.job import Job
    from app.map_plan import MapPlan
    from app.map_request import ImageryRequest, MapRequest
    from app.settings import Settings
    from app.sources import Opened, Source
    from model.checkpoint import Initialization


T = TypeVar("T")

log = logging.getLogger("landshot")


@dataclass(frozen=True, slots=True)
class Made:
    """The answer to a request for a map."""

    map_id: str
    seconds: dict[str, float]
    """Stage -> wall time; empty where the map was there already."""

    stored: bool
    """Whether the map was there already."""

    adaptation_id: str | None = None
    """What the map is the prediction of, where that is known."""


class Service:
    """What the routes work with; one per application.

    Raises:
        LandshotError: a file of imagery cannot be opened, or the file of sources is not one.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.store = MapStore(settings.data_dir / "maps")
        self.database = Database.open(settings.database, settings.data_dir)
        self.jobs = JobStore(self.database)
        self.outlooks = Outlooks(self.database, Quotas(self.database, settings, "max_running_jobs"))
        self.watch = JobWatch(self.outlooks.of_ids)
        self.pool = WorkerPool(settings, self.database)
        self.sources = open_sources(settings)
        offer_bundled(self.sources, settings)
        self.adaptations = AdaptationDesk(
            settings, AdaptationStore(self.database), self.sources, self.model, self.metrics.adapted
        )
        self._makers = ThreadPoolExecutor(settings.workers, thread_name_prefix="landshot-map")
        # Plans do not wait for maps: they are what one looks at while a map is made.
        self._planners = ThreadPoolExecutor(settings.workers, thread_name_prefix="landshot-plan")
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="landshot-load")
        self._model: Future[Initialization] | None = None
        self._under_way = 0
        self._lock = threading.Lock()

    def start(self) -> None:
        """Load the model in the background, so that the server answers from its first moment."""
        self.store.sweep()
        self._model = self._loader.submit(self._load)
        self.pool.start()

    def stop(self) -> None:
        """Let the maps under way finish, and begin no other."""
        self.pool.stop()
        self.adaptations.close()
        self._planners.shutdown(cancel_futures=True)
        self._makers.shutdown(cancel_futures=True)
        self._loader.shutdown(cancel_futures=True)
        self.database.close()

    def source(self, name: str | None) -> Source:
        """The imagery that a client names; see `choose_source`."""
        return choose_source(self.sources, name)

    def model(self) -> Initialization:
        """The initialization, waiting for it where it is still being loaded.

        Raises:
            NotReadyError: it cannot be loaded; the server's log says why.
        """
        if self._model is None:
            raise NotReadyError("The server has not started.")
        return self._model.result()

    def state(self) -> dict[str, str]:
        """Model and imagery -> "ready", or what is missing; `app.operations.parts` looks at all else."""
        return {
            "model": self._model_state(),
            "imagery": "ready" if self.sources else "no imagery was given to the server",
        }

    def answers_at_once(self, request: MapRequest, source: Source) -> bool:
        """Whether the region is small enough to be waited for.

        Raises:
            RegionTooLargeError: it is larger than one request may map.
            LandshotError: the source refuses the request at once.
        """
        pixels = source.pixels(request)
        refuse_pixel_count(pixels, self.settings.max_pixels)
        return pixels <= self.settings.answer_at_once_pixels

    def submit(self, request: MapRequest, source: Source, *, owner: str, again: bool) -> Future[Made]:
        """Make a map, or find it: the same request, model and imagery have the same map.

        Args:
            request: what to map.
            source: one of `sources`.
            owner: whose it will be.
            again: make it even where it is there.

        Raises:
            BusyError: as many requests as the server wants are waiting already.
            LandshotError: the source refuses the request at once.
        """
        source.check(request)
        return self._admitted(self._makers, lambda: self._make(request, source, owner=owner, again=again))

    def submit_job(self, body: str, *, owner: str, again: bool, most_under_way: int) -> Job:
        """Keep a job for the workers, and wake them; arguments as `JobStore.submit`.

        Raises:
            QueueFullError: the owner has as many already.
        """
        job = self.jobs.submit(owner, body, again=again, most_under_way=most_under_way)
        self.pool.wake()
        return job

    def submit_plan(self, request: ImageryRequest, source: Source) -> Future[MapPlan]:
        """Find out what a map would be made from; slow where a catalogue has to be asked.

        Raises:
            BusyError: as many requests as the server wants are waiting already.
            LandshotError: the request is not one.
        """
        return self._admitted(
            self._planners, lambda: source.plan(request, max_pixels=self.settings.max_pixels)
        )

    def _admitted(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> Future[T]:
        with self._lock:
            if self._under_way >= self.settings.workers + self.settings.max_waiting:
                raise BusyError(
                    f"{self._under_way} maps are being made or waited for; try again in a few seconds."
                )
            self._under_way += 1
        future = pool.submit(copy_context().run, work)  # so that lines of the log keep the request's id
        future.add_done_callback(self._left)
        return future

    def _make(self, request: MapRequest, source: Source, *, owner: str, again: bool) -> Made:
        watch = Watch(NoProgress(), around=span)

        def of_imagery(opened: Opened) -> Made:
            identifier = map_id_of(request, opened.imagery, self.model().sha256)
            stored = self.store.has(identifier) and not again
            kept = self.adaptations.store.at_head(owner, identifier)
            if stored and kept:
                claim_map(self.database, owner, identifier)
                return Made(identifier, {}, stored=True, adaptation_id=kept.adaptation_id)
            adaptation = adapt_region(
                request,
                opened=opened,
                initialization=self.model,
                watch=watch,
                max_pixels=self.settings.max_pixels,
            )
            if not stored:
                with self.store.writing(identifier) as folder:
                    map_region(
                        adaptation,
                        opened=opened,
                        targets=MapTargets.within(folder, identifier),
                        watch=watch,
                        tile_size=self.settings.tile_size,
                        memory_bytes=self.settings.memory_bytes // 2,
                    )
                self.metrics.map_made(watch.seconds)
            new = new_version(request, adaptation, opened.imagery, map_id=identifier)
            kept = self.adaptations.store.keep(owner, new)
            claim_map(self.database, owner, identifier)
            seconds = {} if stored else watch.seconds
            return Made(identifier, seconds, stored=stored, adaptation_id=kept.adaptation_id)

        return source.use(request, watch, of_imagery)

    def _left(self, _future: Future[Any]) -> None:
        with self._lock:
            self._under_way -= 1

    def _load(self) -> Initialization:
        try:
            initialization = load_learner(self.settings.model)
            warm_up(initialization)
            warm_up_tiles()
            # What is loaded by now stays: looking through all of it for garbage would stop the server for a tenth of
            # a second, again and again.
            gc.collect()
            gc.freeze()
        except Exception as error:
            log.error("the model cannot be loaded: %s", error)  # noqa: TRY400 - it is raised for each request too
            raise
        return initialization

    def _model_state(self) -> str:
        if self._model is None or not self._model.done():
            return "being loaded"
        error = self._model.exception()
        return "ready" if error is None else "cannot be loaded; the server's log says why"


def serving(request: Request) -> Service:
    """The service behind a request."""
    service: Service = request.app.state.service
    return service
