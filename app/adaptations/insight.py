"""Looking into versions: what two of them show differently, one pixel, areas, and how far labels can be trusted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, TypeVar

from app.adaptations.areas import RegionAreas, region_areas
from app.adaptations.comparison import Comparison, compare
from app.adaptations.kept import Kept
from app.adaptations.labelled import NamedPixels, named_pixels
from app.adaptations.pixel import Place, VersionInsight
from app.adaptations.restoring import refuse_outdated, restored
from app.adaptations.validation import Validation, validate

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from app.adaptations.admission import Admission
    from app.adaptations.reopening import Reopening
    from app.adaptations.shelf import ImageryOf
    from app.adaptations.version import Version
    from app.sources import Opened
    from model.checkpoint import Initialization

_MOST_LOOKED_INTO: Final = 16
"""Versions whose labelled pixels are kept in memory, up to ten megabytes each."""

_MOST_RESULTS: Final = 256

T = TypeVar("T")


class Insight:
    """Of one desk. What takes time is given back as a future."""

    def __init__(
        self, reopening: Reopening, admission: Admission, model: Callable[[], Initialization]
    ) -> None:
        """Nothing is opened yet.

        Args:
            reopening: leads to the imagery of versions.
            admission: of the desk.
            model: waits for the initialization.
        """
        self._reopening = reopening
        self._admission = admission
        self._model = model
        # One region at a time, and one validation; a pixel does not wait for either.
        self._regions = ThreadPoolExecutor(1, thread_name_prefix="landshot-compare")
        self._validating = ThreadPoolExecutor(1, thread_name_prefix="landshot-validate")
        self._looking = ThreadPoolExecutor(2, thread_name_prefix="landshot-pixel")
        self._insights: Kept[VersionInsight] = Kept(_MOST_LOOKED_INTO)
        self._areas: Kept[RegionAreas] = Kept(_MOST_RESULTS)
        self._validations: Kept[Validation] = Kept(_MOST_RESULTS)

    def close(self) -> None:
        """Let what is under way end."""
        for pool in (self._regions, self._validating, self._looking):
            pool.shutdown(cancel_futures=True)

    def compare(self, one: Version, other: Version) -> Future[Comparison]:
        """What two versions of an adaptation show differently.

        Raises:
            BusyError: too many wait already. All other errors are the future's.
        """

        def work() -> Comparison:
            adaptations = [restored(self._reopening.store, version) for version in (one, other)]

            def of_imagery(opened: Opened) -> Comparison:
                refuse_outdated(other, opened)
                return compare(adaptations[0], adaptations[1], opened)

            return _with_imagery(one, self._reopening.imagery_of(one), of_imagery)

        return self._admission.submit(self._regions, work)

    def pixel(self, version: Version, lon: float, lat: float) -> Future[dict[str, Any]]:
        """What the model sees at a place, as GET /adaptations/{id}/pixel tells it.

        Raises:
            InvalidRequestError: the place lies outside of the region.
            BusyError: too many wait already. All other errors are the future's.
        """
        place = Place.of(lon, lat, version.summary.region)

        def work() -> dict[str, Any]:
            insight = self._insights.get(version, lambda: self._looked_into(version))
            return _with_imagery(version, insight.imagery, lambda opened: insight.look(place, opened))

        return self._admission.submit(self._looking, work)

    def areas(self, version: Version) -> Future[RegionAreas]:
        """How much ground each class covers; errors as `compare`."""

        def find_out() -> RegionAreas:
            adaptation = restored(self._reopening.store, version)
            imagery = self._reopening.imagery_of(version)
            return _with_imagery(version, imagery, lambda opened: region_areas(adaptation, opened))

        return self._once(self._areas, self._regions, version, find_out)

    def validation(self, version: Version) -> Future[Validation]:
        """How well the labels predict each other; errors as `compare`."""

        def find_out() -> Validation:
            imagery, read = self._labelled(version)

            def of_imagery(opened: Opened) -> Validation:
                background = opened.imagery.sample(version.summary.region)
                return validate(version, read(opened), background, self._model())

            return _with_imagery(version, imagery, of_imagery)

        return self._once(self._validations, self._validating, version, find_out)

    def _once(
        self, kept: Kept[T], pool: ThreadPoolExecutor, version: Version, find_out: Callable[[], T]
    ) -> Future[T]:
        return kept.known(version) or self._admission.submit(pool, lambda: kept.get(version, find_out))

    def _looked_into(self, version: Version) -> VersionInsight:
        adaptation = restored(self._reopening.store, version)
        imagery, read = self._labelled(version)
        labelled = _with_imagery(version, imagery, read)
        return VersionInsight.of(version, imagery, adaptation, labelled)

    def _labelled(self, version: Version) -> tuple[ImageryOf, Callable[[Opened], NamedPixels]]:
        """Where the imagery of a version is, and how its labelled pixels are read from it."""
        body = self._reopening.store.body(version)
        source, request = self._reopening.request_of(body)
        names = [int(feature["id"]) for feature in body.labels.features]
        summary = version.summary

        def read(opened: Opened) -> NamedPixels:
            return named_pixels(request.labels, names, summary.legend, opened.imagery, summary.region)

        return self._reopening.imagery_for(source, request), read


def _with_imagery(version: Version, imagery: ImageryOf, work: Callable[[Opened], T]) -> T:
    """Do something with the imagery of a version.

    Raises:
        OutdatedAdaptationError: it is not what the version was adapted to.
        LandshotError: of the imagery.
    """

    def checked(opened: Opened) -> T:
        refuse_outdated(version, opened)
        return work(opened)

    with imagery.borrowed() as borrowed:
        return borrowed.work(checked)
