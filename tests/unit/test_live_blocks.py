from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pytest
from affine import Affine
from odc.geo.geobox import GeoBox

from app.live.blocks import SIDE, LiveMap, PredictedBlocks
from app.sources import Opened
from geodata.cube import Cube
from geodata.errors import ImageryError
from geodata.grid import Window, region_on_grid
from geodata.sensors import SENSORS

SHAPE = (300, 500)
BAND = SENSORS["sentinel-2"].bands[:1]


@dataclass
class Ramp:
    """Imagery whose value says where it is."""

    reads: list = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    is_broken: bool = False

    geobox = GeoBox(SHAPE, Affine(10, 0, 6e5, 0, -10, 5.7e6), "EPSG:32631")

    def read_region(self, region, window):
        del region
        self.reads.append(window)
        assert self.gate.wait(10)
        if self.is_broken:
            raise ImageryError("broken")
        rows, cols = np.mgrid[window.row : window.row + window.height, window.col : window.col + window.width]
        return Cube((rows * 1000 + cols).astype(np.float32)[None, None], BAND, np.array([-1]))


class Modulo:
    """Classes and confidence that follow from the place."""

    def predict(self, reflectance):
        places = reflectance[0, 0].astype(np.int64)
        return (places % 7).astype(np.uint8), (places % 101).astype(np.uint8)


@pytest.fixture
def imagery():
    made = Ramp()
    made.gate.set()
    return made


@pytest.fixture
def live(imagery):
    values = np.zeros(256, dtype=np.uint8)
    values[:7] = range(10, 80, 10)
    return LiveMap("map", region_on_grid(None, imagery.geobox), Modulo(), values)


@pytest.fixture
def blocks():
    with ThreadPoolExecutor(2) as pool:
        yield PredictedBlocks(pool)


def expected(window):
    rows, cols = np.mgrid[window.row : window.row + window.height, window.col : window.col + window.width]
    places = rows * 1000 + cols
    return np.stack([10 + 10 * (places % 7), places % 101]).astype(np.uint8)


@pytest.mark.parametrize(
    "window",
    [Window(0, 0, 300, 500), Window(5, 7, 1, 1), Window(60, 60, 10, 300), Window(250, 400, 50, 100)],
    ids=str,
)
def test_any_window_is_what_the_whole_map_has_there(blocks, live, imagery, window):
    np.testing.assert_array_equal(blocks.read(live, Opened(imagery, None), window), expected(window))


def test_nothing_is_predicted_twice(blocks, live, imagery):
    opened = Opened(imagery, None)
    blocks.read(live, opened, Window(0, 0, SIDE, SIDE))
    assert blocks.predicted == 1
    blocks.read(live, opened, Window(10, 10, SIDE, SIDE))
    assert blocks.predicted == 4
    blocks.read(live, opened, Window(0, 0, 2 * SIDE, 2 * SIDE))
    assert blocks.predicted == 4


def test_what_many_ask_for_at_once_is_read_once(blocks, live, imagery):
    imagery.gate.clear()
    window = Window(0, 0, SIDE, SIDE)
    with ThreadPoolExecutor(8) as readers:
        asked = [readers.submit(blocks.read, live, Opened(imagery, None), window) for _ in range(8)]
        imagery.gate.set()
        for answer in asked:
            np.testing.assert_array_equal(answer.result(), expected(window))
    assert len(imagery.reads) == blocks.predicted == 1


def test_what_failed_can_be_asked_for_again(blocks, live, imagery):
    imagery.is_broken = True
    with pytest.raises(ImageryError):
        blocks.read(live, Opened(imagery, None), Window(0, 0, 200, 200))
    imagery.is_broken = False
    np.testing.assert_array_equal(
        blocks.read(live, Opened(imagery, None), Window(0, 0, 200, 200)), expected(Window(0, 0, 200, 200))
    )


def test_memory_is_bounded(live, imagery):
    with ThreadPoolExecutor(1) as pool:
        blocks = PredictedBlocks(pool, most_bytes=5 * 2 * SIDE * SIDE)
        blocks.read(live, Opened(imagery, None), Window(0, 0, 4 * SIDE, 4 * SIDE))
        assert blocks.predicted == 16
        blocks.read(live, Opened(imagery, None), Window(3 * SIDE, 3 * SIDE, SIDE, SIDE))
        assert blocks.predicted == 16
        blocks.read(live, Opened(imagery, None), Window(0, 0, SIDE, SIDE))
        assert blocks.predicted == 17
