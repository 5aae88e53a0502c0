"""Simulated regions and sensors."""

from __future__ import annotations

import numpy as np
import pytest

from geodata.simulation.atmosphere import draw_air, gas_transmittance
from geodata.simulation.regions import draw_region
from geodata.simulation.sensor_draws import draw_sensor
from geodata.simulation.spectra import WAVELENGTHS_NM, band_response

SENTINEL_2 = np.array([492, 560, 665, 704, 740, 783, 833, 865, 1614, 2202.0])
WIDTHS = np.array([66, 36, 31, 15, 15, 20, 106, 21, 91, 175.0])


def draw(seed, level="random", **sizes):
    sizes = {"classes": 5, "pixels_per_class": 24, "fields_per_class": 6} | sizes
    return draw_region(
        np.random.default_rng(seed), wavelengths_nm=SENTINEL_2, fwhm_nm=WIDTHS, level=level, **sizes
    )


def test_the_same_generator_state_draws_the_same_region():
    first, again, other = draw(4), draw(4), draw(5)
    np.testing.assert_array_equal(first.reflectance, again.reflectance)
    np.testing.assert_array_equal(first.background, again.background)
    assert first.class_names == again.class_names
    assert not np.array_equal(first.reflectance, other.reflectance)


def test_a_region_has_the_shape_that_was_asked_for():
    region = draw(1, classes=3, pixels_per_class=10, fields_per_class=4, background=33)
    assert region.reflectance.shape == (30, 1, 10)
    assert region.reflectance.dtype == region.background.dtype == np.float32
    assert region.background.shape == (33, 1, 10)
    np.testing.assert_array_equal(np.bincount(region.class_index), [10, 10, 10])
    assert len(region.class_names) == 3


def test_every_class_lies_in_its_own_fields_so_support_and_query_can_be_kept_apart():
    region = draw(2, classes=4, pixels_per_class=12, fields_per_class=5)
    for value in range(4):
        fields = set(region.field[region.class_index == value].tolist())
        assert len(fields) == 5
        assert fields.isdisjoint(region.field[region.class_index != value].tolist())


@pytest.mark.parametrize("level", ["surface", "toa"])
def test_reflectance_is_finite_and_physical(level):
    values = np.concatenate([draw(seed, level).reflectance for seed in range(60)])
    assert np.isfinite(values).all()
    assert values.min() > 0
    assert values.max() <= 1.4
    assert np.quantile(values, 0.99) < 1.05  # sunlit snow and roofs may pass one


def pure_pixels(name, level):
    """Pixels (n, B) of classes that are one archetype and nothing else."""
    found = []
    for seed in range(150):
        region = draw(seed, level, classes=8, pixels_per_class=6, background=8)
        for value, title in enumerate(region.class_names):
            if title == name:
                found.append(region.reflectance[region.class_index == value, 0])
    assert len(found) >= 5, f"hardly any region has {name}"
    return np.concatenate(found)


def test_forest_is_bright_in_the_near_infrared_and_water_is_dark_there():
    forest, water = (
        np.median(pure_pixels(n, "surface"), axis=0) for n in ("broadleaf forest", "clear water")
    )
    red, near_infrared = 2, 6
    assert forest[near_infrared] > 3 * forest[red]
    assert forest[near_infrared] > 5 * water[near_infrared]


def test_the_air_lifts_the_blue_of_dark_ground_and_leaves_the_shortwave_infrared():
    surface, toa = (pure_pixels("clear water", level) for level in ("surface", "toa"))
    assert 0.055 < np.quantile(toa[:, 0], 0.1) < 0.12  # clear-sky path reflectance at 490 nm
    assert np.median(toa[:, 0]) > np.median(surface[:, 0]) + 0.03
    assert np.median(toa[:, 8]) < 0.05


def test_rayleigh_path_falls_with_wavelength_and_gases_absorb_where_they_should():
    response = band_response(SENTINEL_2, WIDTHS)
    air = draw_air(np.random.default_rng(0), SENTINEL_2, response, 40.0)
    assert (np.diff(air.path) < 0).all()
    gas = gas_transmittance(vapour_cm=2.0, airmass=2.2)

    def at(nm):
        return gas[int(np.abs(WAVELENGTHS_NM - nm).argmin())]

    assert at(1380) < 0.05  # why there is a cirrus band
    assert at(940) < 0.7
    assert at(865) > 0.93
    assert at(600) < at(490)  # ozone


def test_the_background_holds_land_that_the_task_does_not_name():
    outside = []
    for seed in range(60):
        region = draw(seed, "surface", classes=2)
        named, other = region.reflectance[:, 0], region.background[:, 0]
        unlike = (other < named.min(axis=0) - 0.02) | (other > named.max(axis=0) + 0.02)
        outside.append(unlike.any(axis=1).mean())
    assert np.quantile(outside, 0.6) > 0.1
    assert np.quantile(outside, 0.1) < 0.08  # some regions have hardly anything else


def test_within_class_spread_is_large_as_on_real_land():
    ratio = []
    for seed in range(120):
        region = draw(seed, pixels_per_class=36, fields_per_class=12)
        by_class = region.reflectance.reshape(5, 36, -1)
        ratio.append(by_class.mean(axis=1).std(axis=0) / by_class.std(axis=1).mean(axis=0))
    assert 0.5 < np.median(ratio) < 2.0  # real tasks: 0.1 to 3, most about 0.5 to 1.5


@pytest.mark.parametrize(
    "sizes", [{"classes": 1}, {"fields_per_class": 0}, {"pixels_per_class": 3, "fields_per_class": 4}]
)
def test_a_region_without_classes_or_fields_is_refused(sizes):
    with pytest.raises(ValueError, match="two classes and a pixel per field"):
        draw(0, **sizes)


def test_random_sensors_have_usable_bands_and_cover_all_counts():
    rng = np.random.default_rng(0)
    counts = set()
    for _ in range(1500):
        centres, widths = draw_sensor(rng)
        counts.add(centres.size)
        assert centres.shape == widths.shape
        assert (np.diff(centres) > 0).all()
        assert centres.min() > 400
        assert centres.max() < 2400
        assert (widths > 0).all()
    assert counts == set(range(4, 13))


def test_any_sensor_can_look_at_a_region():
    rng = np.random.default_rng(1)
    for _ in range(40):
        centres, widths = draw_sensor(rng)
        region = draw_region(
            rng, classes=3, pixels_per_class=4, fields_per_class=2, wavelengths_nm=centres, fwhm_nm=widths
        )
        assert region.reflectance.shape == (12, 1, centres.size)
        assert np.isfinite(region.reflectance).all()
        assert np.isfinite(region.background).all()


@pytest.mark.real_data
def test_simulated_pixels_lie_near_real_ones(real_data):
    with np.load(real_data / "train" / "hula_valley.npz") as data:
        real, centres = data["x"][:, 0].astype(np.float64), data["wavelength_nm"]
    rng = np.random.default_rng(0)
    simulated = np.concatenate([
        draw_region(
            rng, classes=6, pixels_per_class=15, fields_per_class=15, wavelengths_nm=centres,
            fwhm_nm=[66, 36, 31, 106, 91, 175], level="surface", background=8,
        ).reflectance[:, 0]
        for _ in range(300)
    ])  # fmt: skip
    sample = rng.permutation(real)[:500]
    distance = (
        np.abs(np.log(sample + 0.02)[:, None] - np.log(simulated + 0.02)[None]).mean(axis=2).min(axis=1)
    )
    assert np.median(distance) < 0.08  # mean over bands of the log ratio to the nearest simulated pixel
    assert np.quantile(distance, 0.95) < 0.16
