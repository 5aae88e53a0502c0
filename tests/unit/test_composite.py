from __future__ import annotations

import numpy as np
import pytest

from geodata.composite import Observation, composite
from geodata.imagery.composite_tiles import UNITS, CompositeTile, in_units

SHAPE = (300, 260)


def reflectance(stored):
    return np.where(stored == 0, np.nan, stored * 1e-4).astype(np.float32)


def observed(seed, *, bands=2, share=0.7):
    rng = np.random.default_rng(seed)
    stored = rng.integers(1, 9000, (bands, *SHAPE)).astype(np.uint16)
    stored[:, rng.random(SHAPE) < 0.05] = 0
    return Observation(list(stored), rng.random(SHAPE) < share, reflectance)


def seen(one):
    """Reflectance (B, h, w), NaN where not clear."""
    values = reflectance(np.stack(one.stored))
    return np.where(one.clear & np.isfinite(values).all(axis=0), values, np.nan)


def test_days_are_counted_and_the_middle_is_that_of_those_that_are_clear():
    days = [[observed(seed)] for seed in range(5)]
    found, counts = composite(days, bands=2, shape=SHAPE, statistic="median")
    values = np.array([seen(day[0]) for day in days])
    clear = np.isfinite(values[:, 0])
    np.testing.assert_array_equal(counts, clear.sum(axis=0))
    with np.errstate(all="ignore"):
        expected = np.nanmedian(np.where(clear.any(axis=0), values, 0), axis=0)
    some = counts > 0
    np.testing.assert_array_equal(found[:, some], expected[:, some].astype(np.float32))
    assert np.isnan(found[:, ~some]).all()


def test_scenes_of_one_day_are_one_observation_and_the_first_clear_one_counts():
    first, second = observed(1, share=0.4), observed(2, share=0.9)
    found, counts = composite([[first, second]], bands=2, shape=SHAPE, statistic="median")
    np.testing.assert_array_equal(found, np.where(np.isnan(seen(first)), seen(second), seen(first)))
    assert counts.max() == 1


def test_a_pixel_of_a_scene_that_lacks_a_band_is_not_clear():
    one = observed(1, share=1.0)
    one.stored[1][:10] = 0
    found, counts = composite([[one]], bands=2, shape=SHAPE, statistic="median")
    assert (counts[:10] == 0).all()
    assert np.isnan(found[:, :10]).all()


@pytest.mark.parametrize("statistic", ["median", "geometric-median"])
def test_a_part_of_the_area_gives_a_part_of_the_composite(statistic):
    days = [[observed(seed)] for seed in range(3)]
    whole, counts = composite(days, bands=2, shape=SHAPE, statistic=statistic)
    rows, cols = slice(70, 190), slice(31, 200)
    cut = [
        [
            Observation([band[rows, cols] for band in one.stored], one.clear[rows, cols], one.reflectance)
            for one in day
        ]
        for day in days
    ]
    part, part_counts = composite(cut, bands=2, shape=(120, 169), statistic=statistic)
    np.testing.assert_array_equal(part, whole[:, rows, cols])
    np.testing.assert_array_equal(part_counts, counts[rows, cols])


def test_nothing_clear_is_nothing():
    for days in ([], [[observed(1, share=0.0)]]):
        found, counts = composite(days, bands=2, shape=SHAPE, statistic="median")
        assert np.isnan(found).all()
        assert found.shape == (2, *SHAPE)
        assert not counts.any()


def test_a_tile_holds_reflectance_to_half_a_stored_number():
    rng = np.random.default_rng(0)
    bands = rng.uniform(-0.2, 1.6, (3, 20, 30)).astype(np.float32)
    counts = rng.integers(0, 9, (20, 30)).astype(np.uint16)
    bands[:, counts == 0] = np.nan
    tile = CompositeTile.of([in_units(band) for band in bands], counts)
    assert tile.numbers.dtype == np.int16
    np.testing.assert_array_equal(tile.counts, counts)
    np.testing.assert_allclose(tile.reflectance, bands, atol=0.5001 / UNITS)
    again = CompositeTile.of([in_units(band) for band in tile.reflectance], counts)
    np.testing.assert_array_equal(again.numbers, tile.numbers)


def test_medians_of_stored_numbers_come_back_to_the_last_bit():
    stored = np.arange(1, 20_001, dtype=np.float32).reshape(100, 200)
    band = stored / np.float32(20_000)
    tile = CompositeTile.of([in_units(band)], np.ones(band.shape, dtype=np.uint16))
    np.testing.assert_array_equal(tile.reflectance[0], band)


def test_brighter_than_all_light_is_kept_too():
    bright = np.full((4, 4), 2.5, dtype=np.float32)
    dark = np.full((4, 4), 0.1, dtype=np.float32)
    counts = np.ones((4, 4), dtype=np.uint16)
    counts[0] = 0
    tile = CompositeTile.of([in_units(bright), in_units(dark)], counts)
    assert tile.numbers.dtype == np.int32
    np.testing.assert_allclose(tile.reflectance[:, 1:, 0].T, [[2.5, 0.1]] * 3)
    assert np.isnan(tile.reflectance[:, 0]).all()
    with pytest.raises(ValueError, match="int16 or int32"):
        CompositeTile(np.zeros((2, 3, 3), dtype=np.float32))
