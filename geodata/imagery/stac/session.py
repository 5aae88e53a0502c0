"""What planning and reading share: threads, memory, tokens, and what is kept on disk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from geodata.imagery.stac.plan import TILE, ImageryPlan, plan_for
from geodata.imagery.stac.preparation import prepare
from geodata.imagery.stac.reading import AssetReader
from geodata.imagery.stac.retries import AssetError, Patience
from geodata.imagery.stac.scene_reads import Memory
from geodata.imagery.stac.signing import signer
from geodata.imagery.stac.survey import Failed, Survey, band_assets, refuse_too_many, survey
from geodata.imagery.stac.survey_records import ONE_DAY_S, SurveyRecords

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from geodata.imagery.radiometry import Radiometry
    from geodata.imagery.stac.query import SceneQuery
    from geodata.imagery.stac.scene import Scene
    from geodata.imagery.tile_cache import TileCache


@dataclass(frozen=True, slots=True)
class ReadingSettings:
    """How much is read at a time; none of it changes what is read."""

    readers: int = 16
    """Files read at a time: most of the time they wait for the network."""

    makers: int = 3
    """Tiles read and composited at a time."""

    memory_bytes: int = 400_000_000
    """What is read for them may take together; one tile that needs more gets it, alone."""

    patience: Patience = field(default_factory=Patience)

    survey_max_age_s: float = ONE_DAY_S
    """How long a search, and what was found out about its scenes, is believed."""

    tile_px: int = TILE
    """Side of a tile."""

    def __post_init__(self) -> None:
        if min(self.readers, self.makers, self.memory_bytes, self.tile_px) < 1:
            raise ValueError("readers, makers, memory_bytes and tile_px are at least 1")


class Session:
    """One query at work; a context manager."""

    def __init__(self, query: SceneQuery, cache: TileCache, settings: ReadingSettings) -> None:
        self.query = query
        self.cache = cache
        self.settings = settings
        self.reader = AssetReader(signer(query.catalogue), settings.patience)
        self.readers = ThreadPoolExecutor(settings.readers, thread_name_prefix="landshot-read")
        self.makers = ThreadPoolExecutor(settings.makers, thread_name_prefix="landshot-make")
        self.memory = Memory(settings.memory_bytes)
        self._records = SurveyRecords(cache.folder / "surveys", settings.survey_max_age_s)

    def close(self) -> None:
        """Wait for what is being read; nothing can be read afterwards."""
        self.makers.shutdown(cancel_futures=True)
        self.readers.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def surveyed(self) -> tuple[Survey, dict[str, Radiometry]]:
        """What the catalogue has, and what is known of its scenes' numbers; from disk, where it is not too old.

        Raises:
            NoScenesError: nothing.
            CatalogueError: it does not answer.
            ImageryFailedError: too many masks cannot be read.
        """
        query = self.query
        kept = self._records.get(query.key) if _is_remote(query) else None
        if kept is not None:
            refuse_too_many(kept[0].failed, len(kept[0].views) + len(kept[0].failed), query.catalogue)
            return kept
        made = survey(
            query.catalogue,
            query.bbox,
            query.period,
            resolution_m=query.pixel_m,
            reader=self.reader,
            pool=self.readers,
        )
        self._keep(made, {})
        return made, {}

    def prepared(self) -> tuple[ImageryPlan, dict[str, Radiometry]]:
        """Scenes that can be read, and what their numbers mean.

        Raises:
            NoScenesError: there is none.
            NoClearImageryError: none shows any of the box clear.
            CatalogueError: the catalogue does not answer.
            ImageryFailedError: too many cannot be read.
        """
        return self._prepared(*self.surveyed())

    def without(
        self, lost: Sequence[Failed], plan: ImageryPlan, known: Mapping[str, Radiometry]
    ) -> tuple[ImageryPlan, dict[str, Radiometry]]:
        """Plan again, when some scenes cannot be read any more.

        Raises:
            ImageryFailedError: with them, too many cannot.
            NoClearImageryError: no other shows any of the box clear.
        """
        names = {one.scene.id for one in lost}
        others = [scene for scene in plan.scenes if scene.id not in names]
        if any(one.cause == "unreachable" for one in lost):
            # Is it these files, or has their server died?
            asked = self.readers.map(lambda scene: self._ask(scene, plan), others)
            lost = [*lost, *(answer for answer in asked if answer is not None)]
        tried = len(plan.scenes) + len(plan.survey.failed)
        rest = plan.survey.without(lost)
        refuse_too_many(rest.failed, tried, self.query.catalogue)
        self._keep(rest, known)  # so that the next time nobody runs into it again
        return self._prepared(rest, dict(known))

    def _prepared(
        self, found: Survey, known: dict[str, Radiometry]
    ) -> tuple[ImageryPlan, dict[str, Radiometry]]:
        plan, radiometry = prepare(self.query, found, known, reader=self.reader, pool=self.readers)
        if radiometry.keys() - known.keys() or plan.survey.failed != found.failed:
            self._keep(plan.survey, known | radiometry)
        return plan, radiometry

    def _keep(self, made: Survey, radiometry: Mapping[str, Radiometry]) -> None:
        if _is_remote(self.query):
            self._records.put(self.query.key, made, radiometry)

    def _ask(self, scene: Scene, plan: ImageryPlan) -> Failed | None:
        asset = band_assets(scene, plan.survey.bands)[0]
        try:
            self.reader.check(asset.href, afresh=True)
        except AssetError as error:
            return Failed(scene, error.cause, f"{asset.band.name}: {error.reason}")
        return None


def plan_imagery(
    query: SceneQuery, *, cache: TileCache, settings: ReadingSettings | None = None
) -> ImageryPlan:
    """Find the scenes for a map, without reading more than overviews of their masks.

    Raises:
        NoScenesError: there is none; the message says what is nearest in time.
        NoClearImageryError: none shows any of the box clear.
        RegionError: the box has no grid, or more scenes than the catalogue's limit.
        CatalogueError: the catalogue cannot be reached or understood.
        ImageryFailedError: too many masks cannot be read.
    """
    with Session(query, cache, settings or ReadingSettings()) as session:
        found, _ = session.surveyed()
        return plan_for(query, found)


def _is_remote(query: SceneQuery) -> bool:
    """Files on this machine are looked through quickly, and may change at any time."""
    return query.catalogue.url.startswith(("http://", "https://"))
