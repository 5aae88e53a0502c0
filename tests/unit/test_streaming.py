"""A region goes through the model in tiles; how many and how large changes the memory, and nothing else."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pytest

from app.sources import Opened
from app.streaming import Streaming, predicted_tiles
from geodata.grid import region_on_grid
from geodata.imagery.simulated import SimulatedImagery
from model import prediction

MEGA = 1_000_000
LARGE = (20_000, 20_000)


@pytest.mark.parametrize("memory", [50 * MEGA, 200 * MEGA, 1000 * MEGA])
@pytest.mark.parametrize(("dates", "bands"), [(1, 4), (4, 10), (24, 10)])
def test_what_is_under_way_fits_into_the_memory(memory, dates, bands):
    streaming = Streaming.within(memory, shape=LARGE, tile_size=512, dates=dates, bands=bands)
    assert streaming.tile_size <= 512
    assert streaming.under_way >= 1
    assert 4 * dates * bands * streaming.tile_size**2 * streaming.under_way <= memory


def test_tiles_are_as_large_as_they_may_be():
    few = {"dates": 1, "bands": 4}
    assert Streaming.within(1000 * MEGA, shape=LARGE, tile_size=512, **few).tile_size == 512
    assert Streaming.within(1000 * MEGA, shape=LARGE, tile_size=2048, **few).tile_size == 2048
    assert Streaming.within(1, shape=LARGE, tile_size=16, **few) == Streaming(16, 1)


def test_a_small_region_has_some_tiles_for_every_core():
    small = Streaming.within(1000 * MEGA, shape=(300, 300), tile_size=512, dates=3, bands=10)
    assert small.tile_size == 128


@dataclass
class Slow:
    """Imagery that is far away, and notes how many tiles are with the reader or the model."""

    imagery: SimulatedImagery
    delay_s: float = 0.0

    def __post_init__(self):
        self.now = self.most = 0
        self.lock = threading.Lock()

    def read_region(self, region, window):
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        time.sleep(self.delay_s)
        return self.imagery.read_region(region, window)


class Model:
    """Takes its time too; its class is whether the first date is clear."""

    def __init__(self, slow, delay_s=0.0):
        self.slow, self.delay_s = slow, delay_s

    def predict(self, reflectance):
        time.sleep(self.delay_s)
        with self.slow.lock:
            self.slow.now -= 1
        classes = np.isfinite(reflectance[0, 0]).astype(np.uint8)
        return classes, classes * 100


@pytest.fixture(scope="module")
def imagery():
    return SimulatedImagery(height=256, width=256, days=(120,), bands=("B02", "B04"), cloud_share=0.3)


@pytest.fixture
def tiles_of(imagery, monkeypatch):
    def run(*, delay_s=0.0, tile_size=64, under_way=4, **opened):
        slow = Slow(imagery, delay_s)
        monkeypatch.setattr(prediction.Predictor, "of", lambda _: Model(slow, delay_s))
        region = region_on_grid(None, imagery.geobox)
        made = list(
            predicted_tiles(None, Opened(slow, None, **opened), region, Streaming(tile_size, under_way))
        )
        return made, slow

    return run


def test_every_tile_comes_once_and_in_order(tiles_of):
    made, _ = tiles_of(tile_size=100)
    assert [(tile.window.row, tile.window.col) for tile in made[:4]] == [(0, 0), (0, 100), (0, 200), (100, 0)]
    assert sum(tile.classes.size for tile in made) == 256 * 256
    whole, _ = tiles_of(tile_size=256)
    for tile in made:
        np.testing.assert_array_equal(tile.classes, whole[0].classes[tile.window.slices])


def test_no_more_tiles_are_under_way_than_may_be(tiles_of):
    _, slow = tiles_of(delay_s=0.005, tile_size=32, under_way=3)
    assert slow.most <= 3


def test_reading_and_predicting_go_on_at_the_same_time(tiles_of):
    began = time.perf_counter()
    made, _ = tiles_of(delay_s=0.05, tile_size=64, under_way=5)
    one_after_the_other = 2 * 0.05 * len(made)
    assert time.perf_counter() - began < 0.75 * one_after_the_other


def test_counts_and_reading_ahead_are_asked_for_where_there_are_some(tiles_of):
    asked = []

    @contextmanager
    def ahead(region):
        asked.append(region.shape)
        yield
        asked.append("over")

    def count(_region, window, cube):
        assert cube.reflectance.shape[-2:] == (window.height, window.width)
        return np.full((window.height, window.width), 7, dtype=np.uint16)

    made, _ = tiles_of(count=count, ahead=ahead)
    assert asked == [(256, 256), "over"]
    assert all((tile.observations == 7).all() for tile in made)
    assert all(tile.observations is None for tile in tiles_of()[0])


def test_an_error_of_the_imagery_ends_it_all(imagery, monkeypatch):
    class Broken(Slow):
        def read_region(self, region, window):
            if window.row >= 128:
                raise OSError("cut off")
            return super().read_region(region, window)

    slow = Broken(imagery)
    monkeypatch.setattr(prediction.Predictor, "of", lambda _: Model(slow))
    region = region_on_grid(None, imagery.geobox)
    with pytest.raises(OSError, match="cut off"):
        list(predicted_tiles(None, Opened(slow, None), region, Streaming(64, 4)))
    assert [
        t.name for t in threading.enumerate() if t.name.startswith(("landshot-fetch", "landshot-tile"))
    ] == []
