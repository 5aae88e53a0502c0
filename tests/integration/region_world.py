"""Land that is published as Sentinel-2 scenes and as ESA WorldCover, to build training regions of."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from geodata.imagery.stac.catalogue import PRESETS
from geodata.imagery.stac.period import Period
from geodata.regions.drawing import DrawSettings
from geodata.regions.settings import RegionSettings
from geodata.regions.worldcover import PLANETARY_COMPUTER

DATES = (date(2021, 1, 10), date(2021, 4, 15), date(2021, 7, 10), date(2021, 10, 15))
YEAR = Period(date(2020, 12, 1), date(2021, 11, 30))
SENTINEL_2 = "earth-search-sentinel-2-l2a"
LAND = {
    "size_km": 8.0,
    "dates": DATES,
    "orbits": 1,
    "seed": 5,
    "hold": "season",
    "cloud_shares": (0.1,),
    "veil_shares": (0.0,),
}
"""Options of a simulated catalogue: seen once a season, with a cloud here and there."""


class World:
    """Both catalogues, as the command line and the library know them."""

    def __init__(self, imagery, labels, folder):
        self.imagery, self.labels = imagery, labels
        self.sources = folder / "sources.toml"
        self.sources.write_text(
            f'[sentinel]\npreset = "{SENTINEL_2}"\nurl = "{imagery.url}"\nmax_cloud_cover = 100\n'
            f'[worldcover]\nkind = "api"\nurl = "{labels.url}"\ncollections = ["esa-worldcover"]\n'
        )

    @property
    def requests(self):
        return self.imagery.requests + self.labels.requests

    def options(self, *more, count=4):
        named = ("--sources", self.sources, "--source", "sentinel", "--worldcover", "worldcover")
        return "regions", "build", *named, "--size-km", 2, "--count", count, *more

    def settings(self, count=4, **more):
        imagery = PRESETS[SENTINEL_2]
        return RegionSettings(
            DrawSettings(count, 0, 2.0),
            everything(imagery, name="sentinel", url=self.imagery.url),
            everything(PLANETARY_COMPUTER, name="worldcover", url=self.labels.url, sign=None),
            **{"period": YEAR} | more,
        )


def on_disk(simulated, worldcover, count=4):
    """The same settings as `World.settings`, straight from the files."""
    return RegionSettings(
        DrawSettings(count, 0, 2.0),
        everything(
            PRESETS[SENTINEL_2], name="sentinel", kind="static", url=str(simulated.folder / "collection.json")
        ),
        everything(
            PLANETARY_COMPUTER,
            name="worldcover",
            kind="static",
            sign=None,
            url=str(worldcover / "collection.json"),
        ),
        YEAR,
    )


def everything(catalogue, **more):
    """A catalogue with some settings changed, and scenes of any clouds."""
    return replace(catalogue, max_cloud_cover=100.0, **more)


def silent(stage, done, total, note=""):
    pass


def files_of(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def index_of(folder):
    return json.loads((folder / "index.json").read_text())
