"""One scene for each acquisition: catalogues keep what was processed again beside what it replaces."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from geodata.imagery.stac.baselines import baseline_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.imagery.stac.scene import Scene


@dataclass(frozen=True, slots=True)
class Version:
    """A scene, and what tells it from others of the same acquisition."""

    scene: Scene
    tile: str | None
    """Cell of the satellite's grid."""

    generated: str
    """When it was processed, as text that sorts by time."""


def newest_only(versions: Sequence[Version]) -> tuple[list[Scene], list[tuple[Scene, Scene]]]:
    """Keep the newest of each acquisition: newest baseline, then latest made, then last id.

    The same acquisition means the same satellite, cell, and moment, and nearly the same outline: where a
    datatake was cut in two within a cell, both parts have the rest in common, and both are needed.

    Returns:
        The scenes kept; and those left out, each with the one that replaces it.
    """
    kept: defaultdict[tuple[str | None, ...], list[Scene]] = defaultdict(list)
    replaced: list[tuple[Scene, Scene]] = []
    for version in sorted(versions, key=_age, reverse=True):
        scene = version.scene
        rivals = kept[scene.sensor, scene.platform, version.tile]
        newer = next((other for other in rivals if _same(scene, other)), None)
        if newer is None:
            rivals.append(scene)
        else:
            replaced.append((scene, newer))
    return [scene for scenes in kept.values() for scene in scenes], replaced


_MOMENT = timedelta(
    seconds=60
)  # reprocessing moves the time of a cell by seconds; the next orbit comes 100 min later
_ALIKE = 0.75  # of intersection over union; parts of a cut cell share a narrow strip


def _age(version: Version) -> tuple[tuple[int, ...], str, str]:
    return baseline_of(version.scene.processing_baseline) or (), version.generated, version.scene.id


def _same(a: Scene, b: Scene) -> bool:
    if abs(a.time - b.time) > _MOMENT:
        return False
    union = a.outline.union(b.outline).area
    return bool(union) and a.outline.intersection(b.outline).area / union >= _ALIKE
