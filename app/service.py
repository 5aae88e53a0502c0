"""A running server's state: its sources, its model, its maps, and the few threads that make them."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import shapely

from app import __version__
from app.errors import BusyError, InvalidRequestError, NotReadyError
from app.learner import load_learner, warm_up
from app.mapping import MapTargets, make_map
from app.progress import NoProgress
from app.sources.opening import open_sources
from app.store import CONFIDENCE, ITEM, LANDCOVER, OBSERVATIONS, MapStore, map_id
from app.watch import Watch
from geodata.errors import Fault, NotFoundError
from geodata.labels import as_array

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from starlette.requests import Request

    from app.map_plan import MapPlan
    from app.map_request import MapRequest
    from app.settings import Settings
    from app.sources import Opened, Source
    from geodata.imagery import ImagerySource
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


class Service:
    """What the routes work with; one per application.

    Raises:
        LandshotError: a file of imagery cannot be opened, or the file of sources is not one.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = MapStore(settings.data_dir / "maps")
        self.sources = open_sources(settings)
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

    def stop(self) -> None:
        """Let the maps under way finish, and begin no other."""
        self._planners.shutdown(cancel_futures=True)
        self._makers.shutdown(cancel_futures=True)
        self._loader.shutdown(cancel_futures=True)

    def source(self, name: str | None) -> Source:
        """The imagery that a client names; the only one where it names none.

        Raises:
            NotFoundError: nothing has this name.
            InvalidRequestError: none is named and there are several, or none at all.
        """
        known = ", ".join(self.sources) or "none"
        if name is None:
            if len(self.sources) == 1:
                return next(iter(self.sources.values()))
            reason = f"say which imagery to map; this server has: {known}"
            raise InvalidRequestError(f"imagery: {reason}", (Fault("imagery", reason),))
        if name not in self.sources:
            reason = f"there is no imagery {name!r} here; this server has: {known}"
            raise NotFoundError(f"imagery: {reason}", (Fault("imagery", reason),))
        return self.sources[name]

    def model(self) -> Initialization:
        """The initialization, waiting for it where it is still being loaded.

        Raises:
            NotReadyError: it cannot be loaded; the server's log says why.
        """
        if self._model is None:
            raise NotReadyError("The server has not started.")
        return self._model.result()

    def state(self) -> dict[str, str]:
        """What is needed to make a map -> "ready", or what is missing."""
        return {
            "model": self._model_state(),
            "imagery": "ready" if self.sources else "no imagery was given to the server",
            "storage": "ready" if self.store.is_writable() else "the data folder cannot be written to",
        }

    def submit(self, request: MapRequest, source: Source, *, again: bool) -> Future[Made]:
        """Make a map, or find it: the same request, model and imagery have the same map.

        Args:
            request: what to map.
            source: one of `sources`.
            again: make it even where it is there.

        Raises:
            BusyError: as many requests as the server wants are waiting already.
            LandshotError: the source refuses the request at once.
        """
        source.check(request)
        return self._admitted(self._makers, lambda: self._make(request, source, again=again))

    def submit_plan(self, request: MapRequest, source: Source) -> Future[MapPlan]:
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
        future = pool.submit(work)
        future.add_done_callback(self._left)
        return future

    def _make(self, request: MapRequest, source: Source, *, again: bool) -> Made:
        watch = Watch(NoProgress())

        def of_imagery(opened: Opened) -> Made:
            identifier = map_id(self._content(request, opened.imagery))
            if self.store.has(identifier) and not again:
                return Made(identifier, {}, stored=True)
            with self.store.writing(identifier) as folder:
                result = make_map(
                    request,
                    opened=opened,
                    initialization=self.model,
                    targets=MapTargets(
                        folder / LANDCOVER,
                        folder / CONFIDENCE,
                        folder / ITEM,
                        identifier,
                        folder / OBSERVATIONS,
                    ),
                    watch=watch,
                    tile_size=self.settings.tile_size,
                    memory_bytes=self.settings.memory_bytes // 2,
                    max_pixels=self.settings.max_pixels,
                )
            return Made(identifier, result.seconds, stored=False)

        return source.use(request, watch, of_imagery)

    def _content(self, request: MapRequest, imagery: ImagerySource) -> dict[str, Any]:
        """All that a map depends on; tiles do not change it, the order of the labels does not either."""
        outlines = shapely.to_wkb(as_array(request.labels.labels), hex=True)
        labels = sorted(zip((label.class_name for label in request.labels.labels), outlines, strict=True))
        box = request.bbox
        content: dict[str, Any] = {
            "release": __version__,
            "model": self.model().sha256,
            "imagery": [imagery.name, imagery.fingerprint],
            "bbox": [box.west, box.south, box.east, box.north] if box else None,
            "labels": labels,
            "legend": request.legend.to_json() if request.legend else None,
        }
        if request.start and request.end:  # the Item tells the period, also where another has the same scenes
            content["period"] = [request.start.isoformat(), request.end.isoformat()]
        return content

    def _left(self, _future: Future[Any]) -> None:
        with self._lock:
            self._under_way -= 1

    def _load(self) -> Initialization:
        try:
            initialization = load_learner(self.settings.model)
            warm_up(initialization)
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
