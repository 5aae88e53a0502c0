"""From the scenes of one date to its composite over some tiles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from shapely.geometry import box

from geodata.composite import Observation, composite
from geodata.imagery.composite_tiles import CompositeTile, in_units
from geodata.imagery.stac.plan import ground_of
from geodata.imagery.stac.scene_reads import SceneRead, SceneReads
from geodata.imagery.stac.survey import band_assets
from geodata.imagery.stac.views import clear_on
from geodata.imagery.tile_cache import content_key

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import ThreadPoolExecutor

    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox
    from shapely.geometry.base import BaseGeometry

    from geodata.composite import Statistic
    from geodata.imagery.clouds import MaskSettings
    from geodata.imagery.radiometry import Radiometry
    from geodata.imagery.stac.choice import ChosenStep
    from geodata.imagery.stac.reading import AssetReader
    from geodata.imagery.stac.scene import BandAsset, Scene
    from geodata.imagery.stac.scene_reads import Memory, Values
    from geodata.sensors import Band

_FORMAT = "1"  # changes when the same scenes give other numbers


@dataclass(frozen=True, slots=True, eq=False)
class UsedScene:
    """A scene of a plan, with all that its tiles depend on."""

    scene: Scene

    bands: tuple[BandAsset, ...]
    """In the order of the cube."""

    radiometry: Radiometry

    ground: BaseGeometry | None
    """Where it has pixels, on the map; None: perhaps everywhere."""

    digest: str
    """Of all that the numbers read from it depend on (hexadecimal)."""

    @classmethod
    def of(cls, scene: Scene, bands: Sequence[Band], radiometry: Radiometry, geobox: GeoBox) -> UsedScene:
        """Collect it."""
        assets = band_assets(scene, bands)
        known = radiometry
        content = {
            "bands": [_version(asset.href) for asset in assets],
            "mask": scene.mask and [scene.mask.kind, _version(scene.mask.href)],
            "radiometry": (known.scale, known.offset, known.nodata, known.saturated, known.floor),
        }
        return cls(scene, assets, radiometry, ground_of(scene, geobox), content_key(content))

    def shows(self, area: BaseGeometry) -> bool:
        """Whether it may have pixels there."""
        return self.ground is None or self.ground.intersects(area)


@dataclass(frozen=True, slots=True, eq=False)
class TileWork:
    """One date over one tile."""

    target: GeoBox

    days: tuple[tuple[UsedScene, ...], ...]
    """Those of the date's scenes that may show something of it."""

    key: str
    """Of everything that the result depends on."""

    @property
    def scenes(self) -> tuple[UsedScene, ...]:
        """Of all days."""
        return tuple(scene for day in self.days for scene in day)


@dataclass(frozen=True, slots=True, eq=False)
class TileMaker:
    """Makes tiles, each from the scenes that show it; many threads may use one."""

    bands: tuple[Band, ...]
    statistic: Statistic
    mask: MaskSettings
    reader: AssetReader

    pool: ThreadPoolExecutor
    """In which files are read."""

    memory: Memory

    used: Mapping[str, UsedScene]
    """By name."""

    def work(self, step: ChosenStep, target: GeoBox) -> TileWork:
        """What there is to do for a tile; nothing is read."""
        area = box(*target.boundingbox)
        days = tuple(
            showing
            for day in step.days
            if (showing := tuple(self.used[s.id] for s in day if self.used[s.id].shows(area)))
        )
        content = {
            "format": _FORMAT,
            "grid": [str(target.crs), [round(v, 6) for v in list(target.affine)[:6]], list(target.shape)],
            "statistic": self.statistic,
            "mask": repr(self.mask),
            "days": [[scene.digest for scene in day] for day in days],
        }
        return TileWork(target, days, content_key(content))

    def cost(self, works: Sequence[TileWork]) -> int:
        """Bytes that making some tiles together takes, at most."""
        at_once = len(self.bands) if self._jointly else 2  # one is composited, the next one is read
        return sum(
            int(np.prod(work.target.shape)) * (len(work.scenes) * (1 + 2 * at_once) + 2 * len(self.bands) + 4)
            for work in works
        )

    def make(self, works: Sequence[TileWork]) -> list[CompositeTile]:
        """Read and composite tiles of one date; what becomes of a tile does not depend on the others.

        Raises:
            ScenesLostError: some scenes cannot be read.
        """
        with self.memory.taken(self.cost(works)):
            return self._made(works)

    def empty(self, shape: tuple[int, int]) -> CompositeTile:
        """A tile that no scene shows."""
        nothing = np.zeros(shape, dtype=np.int16)
        return CompositeTile.of([nothing] * len(self.bands), nothing.astype(np.uint16))

    @property
    def _jointly(self) -> bool:
        """Whether all bands of a pixel are looked at together; otherwise one after the other, to save memory."""
        return self.statistic != "median"

    def _made(self, works: Sequence[TileWork]) -> list[CompositeTile]:
        reads = SceneReads(self.pool)
        # Masks first: what is all cloud need not be read.
        clear = reads.finish(reads.start(self._masks(works)))
        groups = (
            [range(len(self.bands))] if self._jointly else [range(i, i + 1) for i in range(len(self.bands))]
        )
        bands: list[list[NDArray[Any]]] = [[] for _ in works]
        counts: list[NDArray[np.uint16] | None] = [None for _ in works]
        under_way = reads.start(self._numbers(works, clear, groups[0]))
        for indexes, following in zip(groups, [*groups[1:], range(0)], strict=True):
            stored = reads.finish(under_way)
            under_way = reads.start(self._numbers(works, clear, following))
            for number, work in enumerate(works):
                reflectance, count = self._composite(number, work, clear, stored, indexes)
                bands[number] += [in_units(band) for band in reflectance]
                # A pixel needs all its bands; one may be saturated where the others are not.
                before = counts[number]
                counts[number] = count if before is None else np.minimum(before, count)
        return [
            CompositeTile.of(of_tile, seen)
            for of_tile, seen in zip(bands, counts, strict=True)
            if seen is not None
        ]

    def _composite(
        self, number: int, work: TileWork, clear: Values, stored: Values, indexes: Sequence[int]
    ) -> tuple[NDArray[np.float32], NDArray[np.uint16]]:
        days = [
            [
                Observation(
                    [stored[scene.scene.id, number, index] for index in indexes],
                    clear[scene.scene.id, number],
                    scene.radiometry.apply,
                )
                for scene in day
                if (scene.scene.id, number, indexes[0]) in stored
            ]
            for day in work.days
        ]
        height, width = (int(n) for n in work.target.shape)
        return composite(
            [day for day in days if day],
            bands=len(indexes),
            shape=(height, width),
            statistic=self.statistic,
        )

    def _masks(self, works: Sequence[TileWork]) -> list[SceneRead]:
        """Reads of (scene, tile) -> where it is clear."""
        return [
            SceneRead(scene.scene, "mask", partial(self._clear, scene, works, numbers))
            for scene, numbers in _tiles_of_scenes(works)
        ]

    def _clear(self, scene: UsedScene, works: Sequence[TileWork], numbers: Sequence[int]) -> Values:
        targets = [works[number].target for number in numbers]
        mask = scene.scene.mask
        if mask is None:
            clear = [np.ones(target.shape, dtype=np.bool_) for target in targets]
        else:
            clear = clear_on(mask, targets, self.reader, self.mask)
        return {(scene.scene.id, number): where for number, where in zip(numbers, clear, strict=True)}

    def _numbers(self, works: Sequence[TileWork], clear: Values, indexes: Sequence[int]) -> list[SceneRead]:
        """Reads of (scene, tile, band) -> stored numbers, where something of it is clear."""
        return [
            SceneRead(
                scene.scene, scene.bands[index].band.name, partial(self._stored, scene, index, works, seen)
            )
            for index in indexes
            for scene, numbers in _tiles_of_scenes(works)
            if (seen := [number for number in numbers if clear[scene.scene.id, number].any()])
        ]

    def _stored(
        self, scene: UsedScene, index: int, works: Sequence[TileWork], numbers: Sequence[int]
    ) -> Values:
        asset, nodata = scene.bands[index], scene.radiometry.nodata
        stored = self.reader.onto(
            asset.href,
            [works[number].target for number in numbers],
            nodata=asset.nodata if nodata is None else nodata,
        )
        return {
            (scene.scene.id, number, index): values for number, values in zip(numbers, stored, strict=True)
        }


def _tiles_of_scenes(works: Sequence[TileWork]) -> list[tuple[UsedScene, list[int]]]:
    """Each scene, and the numbers of the tiles that it may show."""
    shown: dict[str, tuple[UsedScene, list[int]]] = {}
    for number, work in enumerate(works):
        for scene in work.scenes:
            shown.setdefault(scene.scene.id, (scene, []))[1].append(number)
    return list(shown.values())


def _version(href: str) -> list[Any]:
    """A file by name; on this machine by its age too, as it may be written again."""
    if href.startswith(("http://", "https://")):
        return [href]
    try:
        status = Path(href.removeprefix("file://")).stat()
    except OSError:
        return [href]
    return [href, status.st_size, status.st_mtime_ns]
