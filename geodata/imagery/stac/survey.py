"""What a catalogue has of a box and a period, found out without reading more than overviews of masks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from geodata.errors import Fault, ImageryFailedError
from geodata.grid_choice import grid_for, utm_crs
from geodata.imagery.stac.found import LeftOut
from geodata.imagery.stac.retries import AssetError
from geodata.imagery.stac.search import find_scenes, search
from geodata.imagery.stac.views import View, view_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from concurrent.futures import ThreadPoolExecutor

    from odc.geo.geobox import GeoBox

    from geodata.grid import BoundingBox
    from geodata.imagery.stac.catalogue import Catalogue
    from geodata.imagery.stac.period import Period
    from geodata.imagery.stac.reading import AssetReader
    from geodata.imagery.stac.retries import Cause
    from geodata.imagery.stac.scene import BandAsset, Scene
    from geodata.sensors import Band

CELLS = 96
"""Along the longer side of the coarse grid: a small box is looked at pixel by pixel."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A scene that could not be read."""

    scene: Scene
    cause: Cause
    reason: str
    """With the name of what failed."""


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """The scenes over a box in a period, and how much each shows of it."""

    coarse: GeoBox
    """What the views are on: the box, in `CELLS` pixels or fewer along its longer side."""

    views: tuple[View, ...]
    """Of scenes with all of `bands`; sorted by time, then name."""

    bands: tuple[Band, ...]
    """Of every view's scene, in order of wavelength."""

    left_out: tuple[LeftOut, ...]
    """Scenes that are not used, whatever the steps."""

    failed: tuple[Failed, ...] = ()
    """Scenes whose files cannot be read, as far as anyone has tried."""

    def without(self, failed: Iterable[Failed], left_out: Iterable[LeftOut] = ()) -> Survey:
        """The same without scenes that have turned out to be unreadable, or of no use."""
        unreadable = tuple(sorted(failed, key=lambda one: one.scene.id))
        useless = tuple(left_out)
        names = {one.scene.id for one in unreadable} | {one.id for one in useless}
        return replace(
            self,
            views=tuple(view for view in self.views if view.scene.id not in names),
            failed=self.failed + unreadable,
            left_out=self.left_out + useless,
        )

    def grid(self, bbox: BoundingBox, resolution_m: float) -> GeoBox:
        """The pixel grid of maps of the box, on the pixels of most of the scenes where these allow it."""
        corners = Counter(
            (round(x % resolution_m, 6), round(y % resolution_m, 6))
            for x, y, size in (view.lattice for view in self.views if view.lattice)
            if abs(size / resolution_m - round(size / resolution_m)) < 1e-6
        )
        # By their numbers where two are as frequent: which one is met first must not decide.
        anchor = min(corners, key=lambda corner: (-corners[corner], corner), default=(0.0, 0.0))
        return grid_for(bbox, resolution_m, anchor=anchor, crs=str(self.coarse.crs))


def survey(
    catalogue: Catalogue,
    bbox: BoundingBox,
    period: Period,
    *,
    resolution_m: float,
    reader: AssetReader,
    pool: ThreadPoolExecutor,
) -> Survey:
    """Search a catalogue, and look at an overview of each scene's mask.

    Args:
        catalogue: where to search.
        bbox: the area.
        period: when.
        resolution_m: pixel size of the map; what is looked at is seldom as fine.
        reader: reads masks.
        pool: in which it reads them.

    Raises:
        NoScenesError: there is no usable scene; the message says what is nearest in time.
        CatalogueError: the catalogue cannot be reached or understood.
        RegionError: the box has no grid, or more scenes than the catalogue's limit.
        ImageryFailedError: more masks cannot be read than the catalogue's `max_failed_share`.
    """
    fine = grid_for(bbox, resolution_m, crs=utm_crs(bbox))
    coarse = grid_for(bbox, resolution_m * max(1.0, max(fine.shape) / CELLS), crs=str(fine.crs))
    found = search(catalogue, bbox, period)
    scenes = found.scenes or find_scenes(
        catalogue, bbox, period
    )  # which knows what to say where there is none
    bands = _most_common_bands(scenes)
    fitting, odd = [], []
    for scene in scenes:
        missing = [band.name for band in bands if _asset(scene, band) is None]
        if missing:
            reason = f"it has no band {', '.join(missing)}, which most scenes have"
            odd.append(LeftOut(scene.id, scene.href, scene.time, "unwanted", reason))
        else:
            fitting.append(scene)

    def look(scene: Scene) -> View | Failed:
        try:
            return view_of(scene, coarse, reader, catalogue.mask)
        except AssetError as error:
            return Failed(scene, error.cause, f"mask: {error.reason}")

    looks = list(pool.map(look, fitting))
    failed = tuple(look for look in looks if isinstance(look, Failed))
    refuse_too_many(failed, len(fitting), catalogue)
    views = tuple(look for look in looks if isinstance(look, View))
    return Survey(coarse, views, bands, (*found.left_out, *odd), failed)


def refuse_too_many(failed: Sequence[Failed], tried: int, catalogue: Catalogue) -> None:
    """Stop where more scenes failed than the catalogue allows.

    Args:
        failed: those that cannot be read.
        tried: how many one has tried to read.
        catalogue: theirs.

    Raises:
        ImageryFailedError: names each scene, and why.
    """
    if len(failed) <= catalogue.max_failed_share * tried:
        return
    unreachable = sum(one.cause == "unreachable" for one in failed)
    if unreachable > len(failed) / 2:
        what = (
            "its files' server does not answer. Repeat the request when it does: "
            "what was read before is kept, and is not read again"
        )
    else:
        what = "choose another period, or another source"
    raise ImageryFailedError(
        f"{len(failed)} of {tried} scenes of {catalogue.name} cannot be read, and "
        f"{catalogue.max_failed_share:.0%} may fail; {what}",
        tuple(Fault(one.scene.id, one.reason) for one in failed),
    )


def band_assets(scene: Scene, bands: Iterable[Band]) -> tuple[BandAsset, ...]:
    """The files of a scene's bands, in the order of `bands`, which it is known to have."""
    assets = tuple(_asset(scene, band) for band in bands)
    return tuple(asset for asset in assets if asset is not None)


def _asset(scene: Scene, band: Band) -> BandAsset | None:
    return next((asset for asset in scene.bands if _key(asset.band) == _key(band)), None)


def _key(band: Band) -> str:
    """The same for one part of the spectrum, whatever a satellite's builders call it."""
    return band.common_name or band.name


def _most_common_bands(scenes: Sequence[Scene]) -> tuple[Band, ...]:
    """The bands that most scenes have; the satellites of a catalogue may differ in them."""
    kinds = Counter(tuple(_key(asset.band) for asset in scene.bands) for scene in scenes)
    best = min(kinds, key=lambda kind: (-kinds[kind], -len(kind), kind))
    first = next(s for s in scenes if tuple(_key(asset.band) for asset in s.bands) == best)
    return tuple(asset.band for asset in first.bands)
