"""Where adaptations are made and corrected: imagery at hand, one change of an adaptation at a time."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from app.adaptations.admission import Admission
from app.adaptations.body import Body
from app.adaptations.editing import changed_labels, edited
from app.adaptations.history import after_jumps, current
from app.adaptations.insight import Insight
from app.adaptations.lenience import without_faulty
from app.adaptations.making import CREATED, new_version, with_steady_legend
from app.adaptations.reopening import Reopening
from app.adaptations.shelf import ImageryOf, Shelf
from app.adaptations.version import NewVersion
from app.adapting import adapt_region
from app.errors import MalformedJsonError
from app.map_content import map_id_of
from app.progress import NoProgress
from app.sources.choice import choose_source
from app.watch import Watch
from geodata.errors import Fault, LabelsError
from geodata.labels import LabelSet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future

    from app.adaptations.areas import RegionAreas
    from app.adaptations.comparison import Comparison
    from app.adaptations.corrections import Corrections
    from app.adaptations.store import AdaptationStore
    from app.adaptations.validation import Validation
    from app.adaptations.version import Version
    from app.map_request import MapRequest
    from app.settings import Settings
    from app.sources import Opened, Source
    from model.checkpoint import Initialization

_LOCKS: Final = 64
"""Adaptations that share a lock wait for each other now and then, which takes a tenth of a second."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """What came of a correction."""

    version: Version
    """Which is current now."""

    labels: Mapping[str, list[int]]
    """Names of those that differ from what was current before: added, changed, removed."""

    seconds: Mapping[str, float]

    left_out: tuple[Fault, ...] = ()
    """Labels at fault that it went on without, where that was asked for."""


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
        self._admission = Admission()
        self._reopening = Reopening(settings, store, sources, self.shelf)
        self._insight = Insight(self._reopening, self._admission, model)

    def close(self) -> None:
        """Let what is under way end, and close the imagery."""
        self._pool.shutdown(cancel_futures=True)
        self._insight.close()
        self.shelf.close()

    def create(
        self, owner: str, name: str | None, request: MapRequest, *, lenient: bool = False
    ) -> Future[Corrected]:
        """Adapt to a region.

        Args:
            owner: whose the adaptation will be.
            name: of the imagery.
            request: labels and region.
            lenient: go on without labels at fault.

        Raises:
            LandshotError: the source refuses the request at once, or the server is busy.
        """
        source = choose_source(self._sources, name)
        source.check(request)
        return self._admission.submit(
            self._pool, lambda: self._create(owner, source, request, lenient=lenient)
        )

    def correct(
        self,
        adaptation_id: str,
        owner: str,
        corrections: Corrections,
        if_match: str,
        *,
        lenient: bool = False,
    ) -> Future[Corrected]:
        """Change labels; the new version becomes the current one.

        Args:
            adaptation_id: whose.
            owner: who asks.
            corrections: what to do.
            if_match: the header; empty where there is none.
            lenient: go on without labels at fault.

        Raises:
            BusyError: too many wait already. All other errors are the future's.
        """
        return self._admission.submit(
            self._pool, lambda: self._correct(adaptation_id, owner, corrections, if_match, lenient=lenient)
        )

    def restore(self, adaptation_id: str, owner: str, number: int, if_match: str) -> Future[Corrected]:
        """Make a new version that is like an old one; arguments and errors as `correct`."""
        return self._admission.submit(
            self._pool, lambda: self._restore(adaptation_id, owner, number, if_match)
        )

    def compare(self, one: Version, other: Version) -> Future[Comparison]:
        """What two versions of an adaptation show differently; errors as `correct`."""
        return self._insight.compare(one, other)

    def pixel(self, version: Version, lon: float, lat: float) -> Future[dict[str, Any]]:
        """What the model sees at a place; see `Insight.pixel`."""
        return self._insight.pixel(version, lon, lat)

    def areas(self, version: Version) -> Future[RegionAreas]:
        """How much ground each class covers; errors as `correct`."""
        return self._insight.areas(version)

    def validation(self, version: Version) -> Future[Validation]:
        """How well the labels predict each other; errors as `correct`."""
        return self._insight.validation(version)

    def imagery_of(self, version: Version) -> ImageryOf:
        """Where the imagery of a version is.

        Raises:
            LandshotError: there is none any more.
        """
        return self._reopening.imagery_of(version)

    def _create(self, owner: str, source: Source, request: MapRequest, *, lenient: bool) -> Corrected:
        request = source.settled(request)
        watch = Watch(NoProgress())
        labels = request.labels.labels

        def with_labels(kept: Sequence[int], opened: Opened) -> NewVersion:
            some = LabelSet(tuple(labels[position] for position in kept))
            return self._fitted(replace(request, labels=some), opened, watch)

        with self.shelf.borrow(source, request, fresh=True) as imagery:
            if lenient:
                new, faults = imagery.work(
                    lambda opened: without_faulty(len(labels), lambda kept: with_labels(kept, opened))
                )
            else:
                new, faults = imagery.work(lambda opened: self._fitted(request, opened, watch)), {}
        version = self.store.create(owner, new)
        return Corrected(version, _all_added(new), watch.seconds, tuple(faults.values()))

    def _correct(
        self, adaptation_id: str, owner: str, corrections: Corrections, if_match: str, *, lenient: bool
    ) -> Corrected:
        left_out: tuple[Fault, ...] = ()
        began = time.perf_counter()
        with self._one_at_a_time(adaptation_id):
            adaptation = current(self.store, adaptation_id, owner, if_match, corrections.base_version)
            head = self.store.version(adaptation_id, adaptation.head)
            before = self.store.body(head)
            base = after_jumps(self.store, adaptation, corrections)
            body = before if base.number == head.number else self.store.body(base)
            watch = Watch(NoProgress())
            if corrections.jumps and not corrections.edits and corrections.legend is None:
                self.store.move_head(adaptation_id, owner, to=base.number, head=head.number)
                version = base
            else:
                new, left_out = self._edited(base, body, corrections, watch, lenient=lenient)
                body = new.body
                version = self.store.add(adaptation_id, owner, new, parent=base.number, head=adaptation.head)
        seconds = {**watch.seconds, "all": time.perf_counter() - began}
        return Corrected(version, changed_labels(before.labels, body.labels), seconds, left_out)

    def _restore(self, adaptation_id: str, owner: str, number: int, if_match: str) -> Corrected:
        began = time.perf_counter()
        with self._one_at_a_time(adaptation_id):
            adaptation = current(self.store, adaptation_id, owner, if_match, None)
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

    def _edited(
        self, base: Version, body: Body, corrections: Corrections, watch: Watch, *, lenient: bool
    ) -> tuple[NewVersion, tuple[Fault, ...]]:
        """The version that edits make of another one, and what it went on without."""
        source, request = self._reopening.request_of(body)
        if "bbox" not in body.document:  # of a catalogue: labels that come and go must not move the region
            body = body.with_request(source.settled(request))
        labels = replace(body.labels, next_id=self.store.next_label(base.adaptation_id))
        after = edited(labels, corrections.edits, first=len(corrections.jumps))
        if corrections.legend is not None:
            body = Body({**body.document, "legend": corrections.legend}, body.labels)
        elif not base.summary.has_own_legend:
            body = Body({n: v for n, v in body.document.items() if n != "legend"}, body.labels)
        change: dict[str, Any] = {"legend": True} if corrections.legend is not None else {}

        def attempt(kept: Sequence[int]) -> NewVersion:
            some = after.keeping(kept)
            told = {"operations": list(some.history), **change}
            return self._with_labels(base, replace(body, labels=some.labels), told, watch)

        try:
            if not lenient:
                return attempt(range(len(after.labels.features))), ()
            new, faults = without_faulty(len(after.labels.features), attempt)
            return new, after.explained(LabelsError("", tuple(faults.values()))).faults
        except LabelsError as error:
            raise after.explained(error) from None
        except RecursionError:  # of writing the labels as JSON, which goes less deep than reading them
            raise MalformedJsonError("not JSON that can be read: it is nested too deeply") from None

    def _with_labels(self, base: Version, body: Body, change: Mapping[str, Any], watch: Watch) -> NewVersion:
        """Fitted to the labels of a body; its legend is its own, or follows the one before."""
        has_own_legend = "legend" in change or base.summary.has_own_legend
        source, request = self._reopening.request_of(body)
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

    def _one_at_a_time(self, adaptation_id: str) -> threading.Lock:
        return self._locks[hash(adaptation_id) % _LOCKS]


def _all_added(new: NewVersion) -> dict[str, list[int]]:
    names = [int(feature["id"]) for feature in new.body.labels.features]
    return {"added": names, "changed": [], "removed": []}
