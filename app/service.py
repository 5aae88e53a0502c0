"""A running server's state: its scenes, its model, its maps, and the few threads that make them."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import shapely

from app import __version__
from app.errors import BusyError, InvalidRequestError, NotReadyError
from app.learner import load_learner, warm_up
from app.mapping import MapTargets, make_map
from app.progress import NoProgress
from app.store import CONFIDENCE, ITEM, LANDCOVER, MapStore, map_id
from geodata.errors import Fault, LandshotError, NotFoundError
from geodata.imagery.files import FileImagery
from geodata.labels import as_array

if TYPE_CHECKING:
    from concurrent.futures import Future

    from starlette.requests import Request

    from app.mapping import MapRequest
    from app.settings import ImagerySettings, Settings
    from model.checkpoint import Initialization


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
        LandshotError: a scene cannot be opened.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.store = MapStore(settings.data_dir / "maps")
        self.scenes = {scene.name: _opened(scene) for scene in settings.imagery}
        self._makers = ThreadPoolExecutor(settings.workers, thread_name_prefix="landshot-map")
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
        self._makers.shutdown(cancel_futures=True)
        self._loader.shutdown(cancel_futures=True)

    def scene(self, name: str | None) -> FileImagery:
        """The scene that a client names; the only one where it names none.

        Raises:
            NotFoundError: no scene has this name.
            InvalidRequestError: none is named and there are several, or none at all.
        """
        known = ", ".join(self.scenes) or "none"
        if name is None:
            if len(self.scenes) == 1:
                return next(iter(self.scenes.values()))
            reason = f"say which imagery to map; this server has: {known}"
            raise InvalidRequestError(f"imagery: {reason}", (Fault("imagery", reason),))
        if name not in self.scenes:
            reason = f"there is no imagery {name!r} here; this server has: {known}"
            raise NotFoundError(f"imagery: {reason}", (Fault("imagery", reason),))
        return self.scenes[name]

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
            "imagery": "ready" if self.scenes else "no scene was given to the server",
            "storage": "ready" if self.store.is_writable() else "the data folder cannot be written to",
        }

    def submit(self, request: MapRequest, scene: FileImagery, *, again: bool) -> Future[Made]:
        """Make a map, or find it: the same request, model and imagery have the same map.

        Args:
            request: what to map.
            scene: one of `scenes`.
            again: make it even where it is there.

        Raises:
            BusyError: as many requests as the server wants are waiting already.
        """
        with self._lock:
            if self._under_way >= self.settings.workers + self.settings.max_waiting:
                raise BusyError(
                    f"{self._under_way} maps are being made or waited for; try again in a few seconds."
                )
            self._under_way += 1
        future = self._makers.submit(self._make, request, scene, again=again)
        future.add_done_callback(self._left)
        return future

    def _make(self, request: MapRequest, scene: FileImagery, *, again: bool) -> Made:
        identifier = map_id(self._content(request, scene))
        if self.store.has(identifier) and not again:
            return Made(identifier, {}, stored=True)
        with self.store.writing(identifier) as folder:
            result = make_map(
                request,
                imagery=scene,
                initialization=self.model,
                targets=MapTargets(folder / LANDCOVER, folder / CONFIDENCE, folder / ITEM, identifier),
                progress=NoProgress(),
                tile_size=self.settings.tile_size,
                max_pixels=self.settings.max_pixels,
            )
        return Made(identifier, result.seconds, stored=False)

    def _content(self, request: MapRequest, scene: FileImagery) -> dict[str, Any]:
        """All that a map depends on; tiles do not change it, the order of the labels does not either."""
        outlines = shapely.to_wkb(as_array(request.labels.labels), hex=True)
        labels = sorted(zip((label.class_name for label in request.labels.labels), outlines, strict=True))
        box = request.bbox
        return {
            "release": __version__,
            "model": self.model().sha256,
            "imagery": [scene.name, scene.fingerprint],
            "bbox": [box.west, box.south, box.east, box.north] if box else None,
            "labels": labels,
            "legend": request.legend.to_json() if request.legend else None,
        }

    def _left(self, _future: Future[Made]) -> None:
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


def _opened(scene: ImagerySettings) -> FileImagery:
    try:
        return FileImagery.open(
            scene.path,
            bands=scene.bands,
            sensor=scene.sensor,
            wavelengths_nm=scene.wavelengths_nm,
            scale=scene.scale,
            offset=scene.offset,
            name=scene.name,
        )
    except LandshotError as error:
        # The operator has to know which of the scenes it is.
        error.args = (f"imagery {scene.name!r}: {error.detail}",)
        error.detail = error.args[0]
        raise
