from __future__ import annotations

import numpy as np
import pytest

from model.spectral import (
    CANONICAL_NM,
    PIXEL_INPUTS,
    REGION_INPUTS,
    RegionStatistics,
    Resampling,
    network_inputs,
    region_inputs,
)

SENTINEL_2 = np.array([443.0, 490, 560, 665, 705, 740, 783, 842, 865, 1610, 2190])
PLANET = np.array([490.0, 565, 665, 865])


@pytest.mark.parametrize("wavelengths", [SENTINEL_2, PLANET])
def test_resampling_interpolates_as_numpy_does(wavelengths):
    spectra = np.random.default_rng(0).uniform(size=(5, wavelengths.size))
    ours = spectra @ Resampling.of(wavelengths).matrix.T
    oracle = np.stack([np.interp(CANONICAL_NM, wavelengths, s) for s in spectra])
    np.testing.assert_allclose(ours, oracle, atol=1e-12)


def test_a_wavelength_that_no_band_sees_weighs_nothing():
    presence = dict(zip(CANONICAL_NM, Resampling.of(PLANET).presence, strict=True))
    assert presence[490] == 1
    assert presence[2200] < 1e-6
    assert (
        presence[740] < 0.05
    )  # between red and near infrared lies the red edge: never interpolate it blindly
    full = Resampling.of(SENTINEL_2).presence
    assert (full > 0.8).all()


def test_inputs_see_band_order_and_sensor_through_wavelength_only():
    rng = np.random.default_rng(1)
    pixels = rng.uniform(0, 0.5, size=(6, SENTINEL_2.size)).astype(np.float32)
    turn = rng.permutation(SENTINEL_2.size)
    straight, turned = Resampling.of(SENTINEL_2), Resampling.of(SENTINEL_2[turn])
    a = network_inputs(pixels, straight, RegionStatistics.of(pixels, straight))
    b = network_inputs(pixels[:, turn], turned, RegionStatistics.of(pixels[:, turn], turned))
    assert a.shape == (6, PIXEL_INPUTS)
    np.testing.assert_allclose(a, b, atol=1e-5)


def test_relative_inputs_have_the_regions_zero_mean_and_unit_spread():
    pixels = np.random.default_rng(2).uniform(0.05, 0.5, size=(500, SENTINEL_2.size)).astype(np.float32)
    resampling = Resampling.of(SENTINEL_2)
    statistics = RegionStatistics.of(pixels, resampling)
    relative = network_inputs(pixels, resampling, statistics)[:, : CANONICAL_NM.size] / resampling.presence
    np.testing.assert_allclose(relative.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(relative.std(axis=0), 1, atol=1e-3)
    assert region_inputs(resampling, statistics).shape == (REGION_INPUTS,)


def test_a_uniform_region_gives_finite_inputs():
    pixels = np.full((10, 4), 0.1, dtype=np.float32)
    resampling = Resampling.of(PLANET)
    assert np.isfinite(network_inputs(pixels, resampling, RegionStatistics.of(pixels, resampling))).all()


def test_no_band_and_no_pixel_are_refused():
    with pytest.raises(ValueError, match="at least one band"):
        Resampling.of([])
    with pytest.raises(ValueError, match="at least one pixel"):
        RegionStatistics.of(np.empty((0, 4), dtype=np.float32), Resampling.of(PLANET))
