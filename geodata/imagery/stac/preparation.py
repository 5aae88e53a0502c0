"""Before a map is begun: whether the files of its scenes are there, and what their numbers mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from geodata.errors import ReflectanceError
from geodata.imagery.radiometry import PROBE_BANDS, Probe, Radiometry, decide
from geodata.imagery.stac.found import LeftOut
from geodata.imagery.stac.plan import ImageryPlan, plan_for
from geodata.imagery.stac.retries import AssetError
from geodata.imagery.stac.survey import Failed, band_assets, refuse_too_many

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import ThreadPoolExecutor

    from geodata.imagery.stac.query import SceneQuery
    from geodata.imagery.stac.reading import AssetReader
    from geodata.imagery.stac.scene import Scene
    from geodata.imagery.stac.survey import Survey

_PROBE_PIXELS = 128  # along the longer side of a scene


def prepare(
    query: SceneQuery,
    survey: Survey,
    known: Mapping[str, Radiometry],
    *,
    reader: AssetReader,
    pool: ThreadPoolExecutor,
) -> tuple[ImageryPlan, dict[str, Radiometry]]:
    """Choose scenes, and make sure that they can be read; others take the place of those that cannot.

    The first bytes of each file and overviews of a few are read, nothing else.

    Args:
        query: what is asked for.
        survey: the scenes there are.
        known: what is known already of the numbers of scenes, by their names; they are not looked at again.
        reader: reads files.
        pool: in which it reads them.

    Returns:
        The plan, and what its scenes' numbers mean, by their names.

    Raises:
        NoClearImageryError: no scene that can be read shows any of the box clear.
        ImageryFailedError: more scenes cannot be read than the catalogue's `max_failed_share`.
    """
    radiometry = dict(known)

    def examine(scene: Scene) -> Radiometry | Failed | LeftOut:
        try:
            return _examined(scene, query, survey, reader)
        except AssetError as error:
            return Failed(scene, error.cause, error.reason)
        except ReflectanceError as error:
            return LeftOut(scene.id, scene.href, scene.time, "flawed", error.detail)

    while True:
        plan = plan_for(query, survey)
        new = [scene for scene in plan.scenes if scene.id not in radiometry]
        failed, useless = [], []
        for scene, outcome in zip(new, pool.map(examine, new), strict=True):
            if isinstance(outcome, Failed):
                failed.append(outcome)
            elif isinstance(outcome, LeftOut):
                useless.append(outcome)
            else:
                radiometry[scene.id] = outcome
        if not failed and not useless:
            return plan, {scene.id: radiometry[scene.id] for scene in plan.scenes}
        tried = len(plan.scenes) + len(survey.failed)
        survey = survey.without(failed, useless)
        refuse_too_many(survey.failed, tried, query.catalogue)


def _examined(scene: Scene, query: SceneQuery, survey: Survey, reader: AssetReader) -> Radiometry:
    for asset in band_assets(scene, survey.bands):
        try:
            reader.check(asset.href)
        except AssetError as error:
            raise AssetError(error.cause, f"{asset.band.name}: {error.reason}") from error
    return decide(scene, query.catalogue.offset_rule, lambda: _probe(scene, reader))


def _probe(scene: Scene, reader: AssetReader) -> Probe:
    wanted = [asset for asset in scene.bands if asset.band.common_name in PROBE_BANDS] or scene.bands[:3]
    shape: tuple[int, int] | None = None
    layers = []
    for asset in wanted:
        layer = reader.overview(asset.href, size=_PROBE_PIXELS, shape=shape)
        shape = (int(layer.shape[0]), int(layer.shape[1]))
        layers.append(layer)
    mask = reader.overview(scene.mask.href, size=_PROBE_PIXELS, shape=shape) if scene.mask else None
    return Probe(np.stack(layers), tuple(asset.band.common_name for asset in wanted), mask)
