"""From a box and a period to the scenes that can be used."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING

from geodata.errors import CatalogueError, NoScenesError, RegionError
from geodata.imagery.stac.absence import why_nothing
from geodata.imagery.stac.baselines import baseline_of
from geodata.imagery.stac.documents import documents
from geodata.imagery.stac.duplicates import Version, newest_only
from geodata.imagery.stac.found import Found, LeftOut
from geodata.imagery.stac.items import (
    UnusableItemError,
    generated,
    plain_platform,
    scene_of,
    tile_of,
    time_of,
)
from geodata.imagery.stac.outlines import centre_of_box, outline_of_box, outline_of_item
from geodata.imagery.stac.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from shapely.geometry.base import BaseGeometry

    from geodata.grid import BoundingBox
    from geodata.imagery.stac.catalogue import Catalogue
    from geodata.imagery.stac.documents import Document
    from geodata.imagery.stac.scene import Scene
    from geodata.sensors import Band

__all__ = ["Found", "LeftOut", "Period", "find_scenes", "nearest_scenes", "nothing_found", "search"]


def find_scenes(catalogue: Catalogue, bbox: BoundingBox, period: Period) -> list[Scene]:
    """The usable scenes that touch a box in a period, sorted by time, then id.

    Raises:
        NoScenesError: there is none; the message says why, what is nearest in time, and what to change.
        RegionError: there are more than the catalogue's `max_scenes`.
        CatalogueError: the catalogue cannot be reached, or answers what cannot be understood.
    """
    found = search(catalogue, bbox, period)
    if not found.scenes:
        raise nothing_found(catalogue, bbox, period)
    return list(found.scenes)


def search(catalogue: Catalogue, bbox: BoundingBox, period: Period) -> Found:
    """Like `find_scenes`, with what was left out and why; may find nothing.

    Which scenes are found does not depend on what filters the server understands: all are applied here, too.

    Raises:
        RegionError: there are more than the catalogue's `max_scenes`.
        CatalogueError: the catalogue cannot be reached, or answers what cannot be understood.
    """
    return _sift(documents(catalogue, bbox, period), catalogue, bbox, period)


def nothing_found(catalogue: Catalogue, bbox: BoundingBox, period: Period) -> NoScenesError:
    """The error to raise where `search` has found nothing to use: why, what is nearest, what to change.

    It looks for the nearest scenes, and for those that the server has left out as too cloudy.

    Raises:
        CatalogueError: the catalogue cannot be reached any more.
    """
    cloudy_too = _sift(documents(catalogue, bbox, period, cloudy=True), catalogue, bbox, period)
    nearest: tuple[date | None, date | None] = (None, None)
    # That there is nothing is known, and worth more than why this failed.
    with suppress(CatalogueError, RegionError):
        nearest = nearest_scenes(catalogue, bbox, period)
    return NoScenesError(why_nothing(catalogue, period, cloudy_too.left_out, nearest))


def nearest_scenes(
    catalogue: Catalogue, bbox: BoundingBox, period: Period
) -> tuple[date | None, date | None]:
    """Days of the nearest usable scenes before and after a period; None where there is none.

    Raises:
        CatalogueError: the catalogue cannot be reached, or answers what cannot be understood.
    """
    catalogue = replace(catalogue, max_scenes=max(catalogue.max_scenes, 20_000))
    today = datetime.now(UTC).date()
    before = after = None
    # A static catalogue is read whole each time.
    reaches = _REACHES if catalogue.kind == "api" else _REACHES[-1:]
    for near, far in pairwise((0, *reaches)):
        if before is None:
            ring = _between(period.start - timedelta(far), period.start - timedelta(near + 1), today)
            before = max(_days(catalogue, bbox, ring), default=None)
        if after is None:
            ring = _between(period.end + timedelta(near + 1), period.end + timedelta(far), today)
            after = min(_days(catalogue, bbox, ring), default=None)
    return before, after


_REACHES = (30, 120, 480, 1920, 7680)  # days: the nearest is mostly near, and a search of 20 years is slow


def _between(start: date, end: date, today: date) -> Period | None:
    end = min(end, today)
    return Period(start, end) if start <= end else None


def _days(catalogue: Catalogue, bbox: BoundingBox, ring: Period | None) -> list[date]:
    return [scene.solar_day for scene in search(catalogue, bbox, ring).scenes] if ring else []


def _sift(found: Iterable[Document], catalogue: Catalogue, bbox: BoundingBox, period: Period) -> Found:
    box, near = outline_of_box(bbox), centre_of_box(bbox)
    versions: dict[tuple[str, str], Version] = {}
    left_out: dict[tuple[str, str], LeftOut] = {}
    for item, href in found:
        key = str(item.get("collection") or ""), str(item.get("id"))
        if key in versions or key in left_out or not _asked_for(item, catalogue, box, period):
            continue
        try:
            scene = scene_of(item, href, catalogue, near=near)
        except UnusableItemError as error:
            left_out[key] = LeftOut(key[1], href, _time_or_none(item), "flawed", str(error))
            continue
        if scene.solar_day not in period:
            continue
        if reason := _unwanted(scene, catalogue):
            left_out[key] = LeftOut(scene.id, href, scene.time, "unwanted", reason)
        elif scene.cloud_cover is not None and scene.cloud_cover > catalogue.max_cloud_cover:
            reason = (
                f"{scene.cloud_cover:.0f} % of it are cloudy; up to {catalogue.max_cloud_cover:g} % are taken"
            )
            left_out[key] = LeftOut(scene.id, href, scene.time, "cloudy", reason)
        else:
            versions[key] = Version(scene, tile_of(item.get("properties") or {}), generated(item))
    newest, replaced = newest_only(list(versions.values()))
    kept, odd = _of_one_kind(newest)
    left_out_all = [
        *left_out.values(),
        *odd,
        *(
            LeftOut(
                old.id, old.href, old.time, "replaced", f"{new.id} is the same acquisition, processed later"
            )
            for old, new in replaced
        ),
    ]
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return Found(
        scenes=tuple(sorted(kept, key=lambda scene: (scene.time, scene.id))),
        left_out=tuple(sorted(left_out_all, key=lambda one: (one.time or epoch, one.id))),
    )


def _of_one_kind(scenes: list[Scene]) -> tuple[list[Scene], list[LeftOut]]:
    """The scenes whose bands are those of most, because a composite has one set of bands; and the others."""
    counts = Counter(tuple(asset.band for asset in scene.bands) for scene in scenes)
    if len(counts) <= 1:
        return scenes, []
    most = max(counts, key=lambda bands: (counts[bands], max(s.sensor for s in scenes if _has(s, bands))))
    name = next(scene.sensor for scene in scenes if _has(scene, most))
    return [scene for scene in scenes if _has(scene, most)], [
        LeftOut(
            scene.id,
            scene.href,
            scene.time,
            "unwanted",
            f"its bands, of {scene.sensor}, do not go with those of most scenes, of {name}; "
            "let the source's platforms name satellites with the same bands",
        )
        for scene in scenes
        if not _has(scene, most)
    ]


def _has(scene: Scene, bands: tuple[Band, ...]) -> bool:
    return tuple(asset.band for asset in scene.bands) == bands


def _asked_for(item: Mapping[str, object], catalogue: Catalogue, box: BaseGeometry, period: Period) -> bool:
    """Whether an Item lies in collections, period and box; servers send more than they were asked for."""
    collection = item.get("collection")
    if catalogue.collections and collection and collection not in catalogue.collections:
        return False
    try:
        outline = outline_of_item(item)
        return period.earliest <= time_of(item) <= period.latest and outline.intersection(box).area > 0
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return True  # `scene_of` will say what is wrong with it


def _time_or_none(item: Mapping[str, object]) -> datetime | None:
    try:
        return time_of(item)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _unwanted(scene: Scene, catalogue: Catalogue) -> str:
    """Why a scene is not taken; empty where it is."""
    platforms = {plain_platform(name) for name in catalogue.platforms}
    if platforms and scene.platform not in platforms:
        return f"its satellite is {scene.platform or 'not told'}; {', '.join(sorted(platforms))} are taken"
    least, baseline = baseline_of(catalogue.min_baseline), baseline_of(scene.processing_baseline)
    if least and (baseline is None or baseline < least):
        return f"its processing baseline is {baseline or 'not told'}; {least} and later are taken"
    return ""
