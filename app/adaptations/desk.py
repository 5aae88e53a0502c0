"""Where adaptations are made and corrected: imagery at hand, one change of an adaptation at a time."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

from app.adaptations.body import Body
from app.adaptations.comparison import Comparison, compare
from app.adaptations.editing import changed_labels, edited
from app.adaptations.making import CREATED, new_version, with_steady_legend
from app.adaptations.restoring import refuse_outdated, restored
from app.adaptations.shelf import ImageryOf, Shelf
from app.adaptations.version import NewVersion, head_etag
from app.adapting import adapt_region
from app.errors import (
    BusyError,
    InvalidRequestError,
    MalformedJsonError,
    PreconditionError,
    VersionConflictError,
)
from app.map_content import map_id_of
from app.negotiation import matches_etag
from app.progress import NoProgress
from app.sources.choice import choose_source
from app.watch import Watch
from geodata.errors import Fault, LabelsError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from concurrent.futures import Future

    from app.adaptations.corrections import Corrections
    from app.adaptations.store import AdaptationStore
    from app.adaptations.version import Adaptation, Version
    from app.map_request import MapRequest
    from app.settings import Settings
    from app.sources import Opened, Source
    from model.checkpoint import Initialization

MOST_UNDER_WAY: Final = 64

_LOCKS: Final = 64
"""Adaptations that share a lock wait for each other now and then, which takes a tenth of a second."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Corrected:
    """What came of a correction."""

    version: Version
    """Which is current now."""

    labels: Mapping[str, list[int]]
    """Names of those that differ from what was current before: added, changed, removed."""

    seconds: Mapping[str, float]


class AdaptationDesk:
    """One per application. What takes time is given back as a future."""

    def __init__(
        self,
        settings: Settings,
        store: AdaptationStore,
        sources: Mapping[str, Source],
        model: Callable[[], Initialization],
        adapted: Callable[[float], None] = lambda _seconds: None,
    ) -> None:
        """Nothing is opened yet.

        Args:
            settings: of the server.
            store: where adaptations are kept.
            sources: imagery by name.
            model: waits for the initialization.
            adapted: is told the seconds of each fit.
        """
        self.store = store
        self.shelf = Shelf()
        self._settings = settings
        self._sources = sources
        self._model = model
        self._adapted = adapted
        self._locks = [threading.Lock() for _ in range(_LOCKS)]
        self._pool = ThreadPoolExecutor(settings.workers + 1, thread_name_prefix="landshot-adapt")
        self._comparing = ThreadPoolExecutor(1, thread_name_prefix="landshot-compare")
        self._under_way = threading.Semaphore(MOST_UNDER_WAY)

    def close(self) -> None:
        """Let what is under way end, and close the imagery."""
        self._pool.shutdown(cancel_futures=True)
        self._comparing.shutdown(cancel_futures=True)
        self.shelf.close()

    def create(self, owner: str, name: str | None, request: MapRequest) -> Future[Corrected]:
        """Adapt to a region.

        Args:
            owner: whose the adaptation will be.
            name: of the imagery.
            request: labels and region.

        Raises:
            LandshotError: the source refuses the request at once, or the server is busy.
        """
        source = choose_source(self._sources, name)
        source.check(request)
        return self._admitted(self._pool, lambda: self._create(owner, source, request))

    def correct(
        self, adaptation_id: str, owner: str, corrections: Corrections, if_match: str
    ) -> Future[Corrected]:
        """Change labels; the new version becomes the current one.

        Args:
            adaptation_id: whose.
            owner: who asks.
            corrections: what to do.
            if_match: the header; empty where there is none.

        Raises:
            BusyError: too many wait already. All other errors are the future's.
        """
        return self._admitted(self._pool, lambda: self._correct(adaptation_id, owner, corrections, if_match))

    def restore(self, adaptation_id: str, owner: str, number: int, if_match: str) -> Future[Corrected]:
        """Make a new version that is like an old one; arguments and errors as `correct`."""
        return self._admitted(self._pool, lambda: self._restore(adaptation_id, owner, number, if_match))

    def compare(self, one: Version, other: Version) -> Future[Comparison]:
        """What two versions of an adaptation show differently; errors as `correct`."""

        def work() -> Comparison:
            adaptations = [restored(self.store, version) for version in (one, other)]

            def of_imagery(opened: Opened) -> Comparison:
                for version in (one, other):
                    refuse_outdated(version, opened)
                return compare(adaptations[0], adaptations[1], opened)

            with self.imagery_of(one).borrowed() as imagery:
                return imagery.work(of_imagery)

        return self._admitted(self._comparing, work)

    def imagery_of(self, version: Version) -> ImageryOf:
        """Where the imagery of a version is.

        Raises:
            LandshotError: there is none any more.
        """
        source, request = self._request_of(self.store.body(version))
        return ImageryOf(self.shelf, source, source.settled(request))

    def _create(self, owner: str, source: Source, request: MapRequest) -> Corrected:
        request = source.settled(request)
        watch = Watch(NoProgress())
        with self.shelf.borrow(source, request, fresh=True) as imagery:
            new = imagery.work(lambda opened: self._fitted(request, opened, watch))
        version = self.store.create(owner, new)
        return Corrected(version, _all_added(new), watch.seconds)

    def _correct(self, adaptation_id: str, owner: str, corrections: Corrections, if_match: str) -> Corrected:
        began = time.perf_counter()
        with self._one_at_a_time(adaptation_id):
            adaptation = self._current(adaptation_id, owner, if_match, corrections.base_version)
            head = self.store.version(adaptation_id, adaptation.head)
            before = self.store.body(head)
            base = self._after_jumps(adaptation, corrections)
            body = before if base.number == head.number else self.store.body(base)
            watch = Watch(NoProgress())
            if corrections.jumps and not corrections.edits and corrections.legend is None:
                self.store.move_head(adaptation_id, owner, to=base.number, head=head.number)
                version = base
            else:
                new = self._edited(base, body, corrections, watch)
                body = new.body
                version = self.store.add(adaptation_id, owner, new, parent=base.number, head=adaptation.head)
        seconds = {**watch.seconds, "all": time.perf_counter() - began}
        return Corrected(version, changed_labels(before.labels, body.labels), seconds)

    def _restore(self, adaptation_id: str, owner: str, number: int, if_match: str) -> Corrected:
        began = time.perf_counter()
        with self._one_at_a_time(adaptation_id):
            adaptation = self._current(adaptation_id, owner, if_match, None)
            head = self.store.version(adaptation_id, adaptation.head)
            old = self.store.version(adaptation_id, number)
            before, body = self.store.body(head), self.store.body(old)
            labels = replace(body.labels, next_id=self.store.next_label(adaptation_id))
            new = NewVersion(
                change={"operations": [{"op": "restore", "version": number}]},
                body=replace(body, labels=labels),
                map_id=old.map_id,
                summary=old.summary,
                parameters=self.store.parameters(old),
            )
            version = self.store.add(adaptation_id, owner, new, parent=head.number, head=head.number)
        seconds = {"all": time.perf_counter() - began}
        return Corrected(version, changed_labels(before.labels, body.labels), seconds)

    def _edited(self, base: Version, body: Body, corrections: Corrections, watch: Watch) -> NewVersion:
        """The version that edits make of another one."""
        source, request = self._request_of(body)
        if "bbox" not in body.document:  # of a catalogue: labels that come and go must not move the region
            body = body.with_request(source.settled(request))
        labels = replace(body.labels, next_id=self.store.next_label(base.adaptation_id))
        after = edited(labels, corrections.edits, first=len(corrections.jumps))
        body = replace(body, labels=after.labels)
        if corrections.legend is not None:
            body = Body({**body.document, "legend": corrections.legend}, body.labels)
        elif not base.summary.has_own_legend:
            body = Body({n: v for n, v in body.document.items() if n != "legend"}, body.labels)
        has_own_legend = corrections.legend is not None or base.summary.has_own_legend
        change: dict[str, Any] = {"operations": list(after.history)}
        change |= {"legend": True} if corrections.legend is not None else {}
        try:
            source, request = self._request_of(body)
            if not has_own_legend:
                request = with_steady_legend(request, base.summary.legend)
            body = body.with_request(request)
            source.check(request)
            with self.shelf.borrow(source, request) as imagery:
                return imagery.work(
                    lambda opened: self._fitted(
                        request, opened, watch, body=body, change=change, has_own_legend=has_own_legend
                    )
                )
        except LabelsError as error:
            raise after.explained(error) from None
        except RecursionError:  # of writing the labels as JSON, which goes less deep than reading them
            raise MalformedJsonError("not JSON that can be read: it is nested too deeply") from None

    def _fitted(
        self,
        request: MapRequest,
        opened: Opened,
        watch: Watch,
        *,
        body: Body | None = None,
        change: Mapping[str, Any] = CREATED,
        has_own_legend: bool | None = None,
    ) -> NewVersion:
        adaptation = adapt_region(
            request,
            opened=opened,
            initialization=self._model,
            watch=watch,
            max_pixels=self._settings.max_pixels,
        )
        self._adapted(watch.seconds["adapting"])
        return new_version(
            request,
            adaptation,
            opened.imagery,
            map_id=map_id_of(request, opened.imagery, self._model().sha256),
            body=body,
            change=change,
            has_own_legend=has_own_legend,
        )

    def _request_of(self, body: Body) -> tuple[Source, MapRequest]:
        settings = self._settings
        name, request = body.parsed(max_labels=settings.max_labels, max_classes=settings.max_classes)
        return choose_source(self._sources, name), request

    def _current(self, adaptation_id: str, owner: str, if_match: str, base_version: int | None) -> Adaptation:
        """The adaptation, if it is at the version that the client means.

        Raises:
            NotFoundError: there is none, or it is somebody else's.
            PreconditionError: If-Match names another version.
            VersionConflictError: `base_version` does.
        """
        adaptation = self.store.get(adaptation_id, owner)
        head = adaptation.head
        known = (head_etag(adaptation_id, head, has_map=there) for there in (False, True))
        if if_match and not any(matches_etag(if_match, etag) for etag in known):
            raise PreconditionError(
                f"Version {head} is current, and If-Match names another one; look at it, and send the change again."
            )
        if base_version not in (None, head):
            raise VersionConflictError(
                f"Version {head} is current, and the change is meant for {base_version} (base_version); look at it, "
                "and send the change again."
            )
        return adaptation

    def _after_jumps(self, adaptation: Adaptation, corrections: Corrections) -> Version:
        """The version where undo and redo lead."""
        at = self.store.version(adaptation.id, adaptation.head)
        for number, step in enumerate(corrections.jumps):
            to = at.parent if step.op == "undo" else self.store.child_of(adaptation.id, at.number)
            if to is None:
                reason = f"there is nothing to {step.op} at version {at.number}"
                raise InvalidRequestError(
                    f"operations[{number}]: {reason}", (Fault(f"operations[{number}]", reason),)
                )
            at = self.store.version(adaptation.id, to)
        return at

    def _one_at_a_time(self, adaptation_id: str) -> threading.Lock:
        return self._locks[hash(adaptation_id) % _LOCKS]

    def _admitted(self, pool: ThreadPoolExecutor, work: Callable[[], T]) -> Future[T]:
        if not self._under_way.acquire(blocking=False):
            raise BusyError(
                f"{MOST_UNDER_WAY} changes of adaptations wait already; try again in a few seconds."
            )
        future = pool.submit(copy_context().run, work)
        future.add_done_callback(lambda _: self._under_way.release())
        return future


def _all_added(new: NewVersion) -> dict[str, list[int]]:
    names = [int(feature["id"]) for feature in new.body.labels.features]
    return {"added": names, "changed": [], "removed": []}
