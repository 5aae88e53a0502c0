"""Land without an end, its spectra through the year, and cheap noise."""

from __future__ import annotations

import numpy as np
import pytest

from geodata.sensors import SENSORS
from geodata.simulation.endless_land import BLOCK, COVERS, FIELDS, SHADES, EndlessLand
from geodata.simulation.land_year import DARKEST, LandYear, class_values, is_water, legend
from geodata.simulation.noise_bank import LARGEST, NoiseBank

TEN = tuple(band for band in SENSORS["sentinel-2"].bands if band.name not in {"B01", "B09", "B10"})
ROW, COL = -554_160, 48_000  # of a corner of a block, far from the origin


@pytest.fixture(scope="module")
def land():
    return EndlessLand(3)


@pytest.fixture(scope="module")
def year():
    return LandYear(3, TEN)


def test_what_lies_on_a_cell_does_not_depend_on_the_window_it_is_asked_in(land):
    whole = land.places(ROW - 100, COL - 60, 400, 350)  # over the corner of four blocks
    np.testing.assert_array_equal(whole[90:130, 50:170], land.places(ROW - 10, COL - 10, 40, 120))
    np.testing.assert_array_equal(EndlessLand(3).places(ROW - 100, COL - 60, 400, 350), whole)
    assert not np.array_equal(EndlessLand(4).places(ROW - 100, COL - 60, 400, 350), whole)


def test_a_block_is_a_little_landscape_with_all_classes_in_fields(land):
    places = land.places(ROW, COL, BLOCK, BLOCK)
    assert places.min() >= 0
    assert places.max() < COVERS * FIELDS * SHADES
    values = class_values()[places]
    assert set(np.unique(values)) == {entry.value for entry in legend()}
    field = places // SHADES
    assert (field[:, 1:] == field[:, :-1]).mean() > 0.55


def test_blocks_differ(land):
    one, other = land.places(ROW, COL, BLOCK, BLOCK), land.places(ROW, COL + BLOCK, BLOCK, BLOCK)
    assert not np.array_equal(one, other)


def test_fields_follow_the_seasons_and_towns_hardly_do(year):
    red, infrared = 2, 6
    values, names = class_values(), {entry.name: entry.value for entry in legend()}
    tables = np.stack([year.on(day) for day in range(15, 365, 30)])
    greenness = (tables[:, infrared] - tables[:, red]) / (tables[:, infrared] + tables[:, red])  # (12, rows)
    swing = greenness.std(axis=0)
    assert swing[values == names["cropland"]].mean() > 0.05
    assert swing[values == names["cropland"]].mean() > 2 * swing[values == names["bare"]].mean()
    assert year.is_green(180)[values == names["tree cover"]].mean() > 0.8
    assert not year.is_green(180)[is_water()].any()


def test_the_year_is_smooth_and_closes(year):
    assert np.abs(year.on(365) - year.on(1)).max() < 0.1
    np.testing.assert_allclose(year.on(12), 0.5 * (year.on(11) + year.on(13)), atol=1e-6)
    assert year.on(100).min() >= DARKEST
    assert year.on(100).max() <= 1


def test_other_sensors_see_the_same_land(year):
    landsat = LandYear(3, SENSORS["landsat-9"].bands[1:])
    for ours, theirs in ((0, 0), (1, 1), (2, 2), (9, 5)):
        assert np.corrcoef(year.on(200)[ours], landsat.on(200)[theirs])[0, 1] > 0.98


def test_noise_is_as_strong_as_asked_for_and_follows_from_its_key():
    bank = NoiseBank(0, 0.004)
    one, other = bank.take((1, 2, 3), (512, 512)), bank.take((1, 2, 4), (512, 512))
    assert one.std() == pytest.approx(0.004, rel=0.01)
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.01
    np.testing.assert_array_equal(NoiseBank(0, 0.004).take((1, 2, 3), (512, 512)), one)
    assert not NoiseBank(0, 0.0).take((1,), (8, 8)).any()


def test_more_noise_than_there_is_is_refused():
    with pytest.raises(ValueError, match="asked were"):
        NoiseBank(0, 1.0).take((0,), (LARGEST, 2))
