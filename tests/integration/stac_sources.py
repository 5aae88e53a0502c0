"""Imagery from a catalogue that a test serves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from geodata.grid import BoundingBox, Window, region_on_grid
from geodata.imagery.stac.catalogue import PRESETS, Catalogue
from geodata.imagery.stac.period import Period
from geodata.imagery.stac.query import SceneQuery
from geodata.imagery.stac.retries import Patience
from geodata.imagery.stac.session import ReadingSettings
from geodata.imagery.stac.source import StacImagery
from geodata.imagery.tile_cache import TileCache

QUICK = ReadingSettings(
    readers=8,
    patience=Patience(
        attempts=4, attempts_elsewhere=3, first_wait_s=0.02, longest_wait_s=0.1, connect_s=5, answer_s=5
    ),
)
"""Servers of tests answer at once, or never."""

SUMMER = Period(date(2025, 6, 1), date(2025, 8, 31))


def served(service, *, preset="earth-search-sentinel-2-l2a", **changes):
    """A preset that asks a test's server."""
    return replace(PRESETS[preset], url=service.url, max_cloud_cover=100.0, **changes)


def on_disk(folder, **changes):
    return Catalogue(
        **{
            "name": "on-disk",
            "url": str(folder / "collection.json"),
            "collections": (),
            "kind": "static",
            "offset_rule": "earth-search",
            "max_cloud_cover": 100.0,
        }
        | changes
    )


def query(catalogue, simulated, *, steps="month", period=SUMMER, **changes):
    return SceneQuery(catalogue, BoundingBox(*simulated.bbox), period, steps, **changes)


def opened(asked, folder, settings=QUICK):
    return StacImagery.open(asked, cache=TileCache(folder), settings=settings)


def region_of(imagery, bbox=None):
    return region_on_grid(bbox or imagery.plan.query.bbox, imagery.geobox)


def whole(imagery):
    """Reflectance (T, B, H, W)."""
    region = region_of(imagery)
    return imagery.read_region(region, Window(0, 0, *region.shape)).reflectance
