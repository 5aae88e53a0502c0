"""Imagery that somebody looks at: opened once for all who ask, and nobody waits for somebody else's catalogue."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from types import SimpleNamespace

import numpy as np
import pytest
from affine import Affine
from odc.geo.geobox import GeoBox

from app.adaptations.shelf import Shelf
from app.errors import TileTimeoutError
from app.live.grid import Tile
from app.live.layers import Layer, TileFormat
from app.live.looks import LookChangedError
from app.live.picked import PickedImagery
from app.live.service import LiveTiles
from app.map_request import ImageryRequest
from app.operations.metrics import Metrics
from app.sources import Opened
from app.sources.choice import choose_source
from app.sources.holding import Holding
from app.sources.images import ImageSource
from geodata.cube import Cube
from geodata.errors import CatalogueError, NotFoundError
from geodata.grid import BoundingBox, Window
from geodata.sensors import SENSORS

SHAPE = (200, 200)
BANDS = tuple(band for band in SENSORS["sentinel-2"].bands if band.name in ("B02", "B03", "B04", "B08"))
ASKED = ImageryRequest()
OTHER = ImageryRequest(bbox=BoundingBox(4.43, 51.42, 4.45, 51.43))
OVER = Tile(10, 524, 340, 256)


@dataclass
class Grey:
    """Imagery that is the same everywhere."""

    name: str
    fingerprint: str = "first"
    geobox = GeoBox(SHAPE, Affine(10, 0, 6e5, 0, -10, 5.7e6), "EPSG:32631")
    bands = BANDS
    day_of_year = np.array([-1])

    def read_region(self, region, window):
        del region
        values = np.full((1, len(BANDS), window.height, window.width), 0.2, dtype=np.float32)
        return Cube(values, BANDS, self.day_of_year)

    def sample(self, region, *, count=4096, seed=0):
        del region, count, seed
        return np.full((10, 1, len(BANDS)), 0.2, dtype=np.float32)


@dataclass
class Catalogue:
    """A source that takes its time."""

    name: str = "catalogue"
    gate: threading.Event = field(default_factory=threading.Event)
    fingerprints: list = field(default_factory=lambda: ["first"])
    opened: int = 0
    error: Exception | None = None

    def check(self, request):
        del request

    def hold(self, request, watch):
        del watch
        assert self.gate.wait(10)
        self.opened += 1
        if self.error:
            raise self.error
        imagery = Grey(self.name, self.fingerprints[0])
        return Holding(imagery, lambda now: Opened(now, request.bbox))


@pytest.fixture
def catalogue():
    made = Catalogue()
    yield made
    made.gate.set()


@pytest.fixture
def live(catalogue, request):
    sources = {"catalogue": catalogue, "image": ImageSource("image", "simulated", Grey("image"))}
    shelf = Shelf()
    service = SimpleNamespace(
        adaptations=SimpleNamespace(shelf=shelf),
        metrics=Metrics(),
        settings=SimpleNamespace(max_pixels=10**6),
        source=lambda name: choose_source(sources, name),
    )
    made = LiveTiles(service, timeout_s=getattr(request, "param", 10.0))
    yield made
    catalogue.gate.set()
    made.close()
    shelf.close()


@pytest.mark.parametrize("live", [0.2], indirect=True)
def test_a_catalogue_that_takes_long_is_open_for_whoever_comes_next(live, catalogue):
    async def ask():
        with pytest.raises(TileTimeoutError, match=r"catalogue is still being looked for after 0\.2 s"):
            await live.look("catalogue", ASKED, live.deadline())
        catalogue.gate.set()
        while True:
            try:
                return await live.look("catalogue", ASKED, live.deadline())
            except TileTimeoutError:
                continue

    look = asyncio.run(ask())
    assert catalogue.opened == 1
    assert look.region.shape == SHAPE
    assert look.layers == (Layer.TRUE_COLOR, Layer.FALSE_COLOR, Layer.NDVI, Layer.NDWI)


def test_it_is_opened_once_for_all_who_ask_for_the_same_region(live, catalogue):
    catalogue.gate.set()

    async def ask():
        async def one(number):
            return await live.look("catalogue", OTHER if number % 2 else ASKED, live.deadline())

        return await asyncio.gather(*(one(number) for number in range(10)))

    found = asyncio.run(ask())
    assert catalogue.opened == 2
    assert len({id(look) for look in found}) == 2
    assert found[0].region.shape != found[1].region.shape


def test_an_image_does_not_wait_for_catalogues(live, catalogue):
    async def ask():
        waiting = [
            asyncio.create_task(
                live.look(
                    "catalogue", ImageryRequest(bbox=BoundingBox(4, 51, 4 + n / 100, 52)), live.deadline()
                )
            )
            for n in range(1, 20)
        ]
        await asyncio.sleep(0)
        look = await live.look("image", ASKED, live.deadline())
        assert not catalogue.opened
        catalogue.gate.set()
        await asyncio.gather(*waiting, return_exceptions=True)
        return look

    assert asyncio.run(ask()).name == "image"


def test_a_failure_is_told_to_all_and_not_kept(live, catalogue):
    catalogue.gate.set()
    catalogue.error = CatalogueError("it is away")

    async def ask():
        asks = (live.look("catalogue", ASKED, live.deadline()) for _ in range(3))
        found = await asyncio.gather(*asks, return_exceptions=True)
        assert [str(error) for error in found] == ["it is away"] * 3
        catalogue.error = None
        return await live.look("catalogue", ASKED, live.deadline())

    assert asyncio.run(ask()).name == "catalogue"


def test_of_no_such_name_there_is_nothing(live):
    async def ask():
        await live.look("moon", ASKED, live.deadline())

    with pytest.raises(NotFoundError, match="no imagery 'moon'"):
        asyncio.run(ask())


def test_imagery_that_has_changed_is_looked_at_again(live, catalogue):
    catalogue.gate.set()
    shelf = live._service.adaptations.shelf

    async def ask():
        before = await live.look("catalogue", ASKED, live.deadline())
        picked = PickedImagery(before, Layer.TRUE_COLOR, OVER, TileFormat.PNG)
        assert before.grid.under(OVER) == Window(0, 0, *SHAPE)
        # Somebody adapts, which looks again what the catalogue has.
        catalogue.fingerprints = ["second"]
        with shelf.borrow(catalogue, ASKED, fresh=True):
            pass
        with pytest.raises(LookChangedError, match="ask again"):
            await live.get(picked)
        after = await live.look("catalogue", ASKED, live.deadline())
        again = PickedImagery(after, Layer.TRUE_COLOR, OVER, TileFormat.PNG)
        assert again.etag != picked.etag
        return await live.get(again)

    assert asyncio.run(ask()).startswith(b"\x89PNG")
