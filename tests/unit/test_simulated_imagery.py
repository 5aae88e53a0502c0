"""Imagery that is computed where it is asked for."""

from __future__ import annotations

import numpy as np
import pytest

from geodata.grid import BoundingBox, Window, region_on_grid
from geodata.imagery.simulated import SimulatedImagery


@pytest.fixture(scope="module")
def imagery():
    return SimulatedImagery(height=700, width=900, days=(105, 196), seed=5, cloud_share=0.3)


@pytest.fixture(scope="module")
def region(imagery):
    return region_on_grid(None, imagery.geobox)


def test_it_is_the_same_however_it_is_read(imagery, region):
    whole = imagery.read_region(region, Window(0, 0, 700, 900)).reflectance
    assert whole.shape == (2, 10, 700, 900)
    part = imagery.read_region(region, Window(201, 333, 300, 97)).reflectance
    np.testing.assert_array_equal(part, whole[:, :, 201:501, 333:430])
    rows, cols = np.array([699, 0, 350]), np.array([3, 899, 350])
    pixels = imagery.read_pixels(region, rows, cols).reflectance
    np.testing.assert_array_equal(pixels[..., 0], whole[:, :, rows, cols])


def test_it_does_not_depend_on_the_size_of_the_image(imagery, region):
    larger = SimulatedImagery(height=1400, width=1400, days=(105, 196), seed=5, cloud_share=0.3)
    window = Window(100, 100, 300, 300)
    np.testing.assert_array_equal(
        larger.read_region(region_on_grid(None, larger.geobox), window).reflectance,
        imagery.read_region(region, window).reflectance,
    )


def test_another_seed_is_another_land(imagery, region):
    other = SimulatedImagery(height=700, width=900, days=(105, 196), seed=6, cloud_share=0.3)
    window = Window(0, 0, 100, 100)
    assert not np.array_equal(other.classes(region, window), imagery.classes(region, window))
    assert other.fingerprint != imagery.fingerprint


def test_clouds_are_gaps_in_all_bands_at_once(imagery, region):
    whole = Window(0, 0, 700, 900)
    gaps = np.isnan(imagery.read_region(region, whole).reflectance)
    assert (gaps.any(axis=1) == gaps.all(axis=1)).all()
    assert not np.array_equal(gaps[0], gaps[1])
    clear = SimulatedImagery(height=50, width=50, cloud_share=0.0)
    inside = region_on_grid(None, clear.geobox)
    assert np.isfinite(clear.read_region(inside, Window(0, 0, 50, 50)).reflectance).all()


def test_a_region_that_reaches_beyond_is_nan_there(imagery):
    west, south, _, north = imagery.bounds_lonlat
    region = region_on_grid(BoundingBox(west - 0.01, south + 0.01, west + 0.02, north - 0.01), imagery.geobox)
    height, width = region.shape
    cube = imagery.read_region(region, Window(0, 0, height, width))
    assert np.isnan(cube.reflectance[..., : region.inside.col]).all()
    assert np.isfinite(cube.reflectance[..., region.inside.col :]).any()
    pixels = imagery.read_pixels(region, np.array([5]), np.array([0])).reflectance
    assert np.isnan(pixels).all()


def test_the_sample_is_of_pixels_that_are_clear_at_some_time(imagery, region):
    sample = imagery.sample(region, count=500)
    assert sample.shape == (500, 2, 10)
    assert np.isfinite(sample).all(axis=2).any(axis=1).all()
    assert np.isnan(sample).any()
    np.testing.assert_array_equal(imagery.sample(region, count=500), sample)


def test_classes_look_as_they_should(imagery, region):
    window = Window(0, 0, 480, 480)
    cube, classes = imagery.read_region(region, window), imagery.classes(region, window)
    names = {entry.name: entry.value for entry in imagery.legend}
    infrared = cube.reflectance[1, 6]

    def median(name):
        return np.nanmedian(infrared[classes == names[name]])

    assert median("water") < 0.05
    assert median("tree cover") > 0.15


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"height": 0}, "rows and columns"),
        ({"width": 10**6}, "rows and columns"),
        ({"days": ()}, "days are those of the year"),
        ({"days": (400,)}, "days are those of the year"),
        ({"bands": ("B99",)}, "no band B99"),
        ({"cloud_share": 2.0}, "cloud_share"),
    ],
)
def test_what_cannot_be_simulated_is_refused(wrong, reason):
    with pytest.raises(ValueError, match=reason):
        SimulatedImagery(**wrong)
