from __future__ import annotations

import numpy as np
import pytest

from model.spectral import (
    CANONICAL_NM,
    FEATURES,
    PIXEL_INPUTS,
    REGION_INPUTS,
    RegionStatistics,
    Resampling,
    feature_presence,
    network_inputs,
    region_inputs,
    spectral_features,
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
    pixels = rng.uniform(0, 0.5, size=(6, 2, SENTINEL_2.size)).astype(np.float32)
    turn = rng.permutation(SENTINEL_2.size)
    straight, turned = Resampling.of(SENTINEL_2), Resampling.of(SENTINEL_2[turn])
    a = network_inputs(pixels, straight, RegionStatistics.of(pixels, straight))
    b = network_inputs(pixels[..., turn], turned, RegionStatistics.of(pixels[..., turn], turned))
    assert a.shape == (6, 2, PIXEL_INPUTS)
    np.testing.assert_allclose(a, b, atol=1e-5)


def seasons():
    """(500, 3, B): dark, bright, and bright with little contrast."""
    pixels = np.random.default_rng(2).uniform(0.05, 0.5, size=(500, 3, SENTINEL_2.size))
    return (pixels * np.array([0.3, 1, 0.1])[:, None] + np.array([0, 0, 0.4])[:, None]).astype(np.float32)


def test_relative_inputs_have_the_regions_zero_mean_and_unit_spread_on_every_date():
    pixels, resampling = seasons(), Resampling.of(SENTINEL_2)
    statistics = RegionStatistics.of(pixels, resampling)
    relative = network_inputs(pixels, resampling, statistics)[..., :FEATURES] / feature_presence(resampling)
    bands = relative[..., : CANONICAL_NM.size]
    np.testing.assert_allclose(relative.mean(axis=0), 0, atol=1e-4)
    np.testing.assert_allclose(bands[:, 1].std(axis=0), 1, atol=0.05)  # but for the smallest spread
    assert (bands[:, 2].std(axis=0) < 0.85).all()  # which keeps little contrast from being blown up


def test_region_statistics_are_those_of_each_date_alone():
    pixels, resampling = seasons(), Resampling.of(SENTINEL_2)
    together = RegionStatistics.of(pixels, resampling)
    assert together.mean.shape == together.spread.shape == (3, FEATURES)
    for date in range(3):
        alone = RegionStatistics.of(pixels[:, date : date + 1], resampling)
        np.testing.assert_allclose(together.mean[date], alone.mean[0], rtol=1e-12)
        np.testing.assert_allclose(together.spread[date], alone.spread[0], rtol=1e-12)
    inputs = region_inputs(resampling, together)
    assert inputs.shape == (3, REGION_INPUTS)
    level = inputs[:, CANONICAL_NM.size : 2 * CANONICAL_NM.size]
    assert (level[0] < level[1]).all()  # the dark date is told from the bright one


def test_features_are_reflectance_its_logarithm_and_indices():
    pixels = np.array(
        [[0.04, 0.08, 0.05, 0.4]], dtype=np.float32
    )  # no band at 850 nm or in short-wave infrared
    features = spectral_features(pixels, Resampling.of(PLANET))[0]
    near_infrared = np.interp(850, PLANET, pixels[0])
    assert features[7] == pytest.approx(near_infrared)
    assert features[1] == pytest.approx(0.04)
    assert features[CANONICAL_NM.size + 1] == pytest.approx(np.log(0.04 + 0.01))
    assert features[2 * CANONICAL_NM.size] == pytest.approx(
        (near_infrared - 0.05) / (near_infrared + 0.05 + 0.02)
    )
    assert features.shape == (FEATURES,)


def test_what_the_sensor_does_not_see_has_no_weight():
    pixels, resampling = seasons()[..., [1, 2, 3, 8]], Resampling.of(PLANET)
    inputs = network_inputs(pixels, resampling, RegionStatistics.of(pixels, resampling))
    unseen = np.flatnonzero(feature_presence(resampling) < 1e-3)
    assert {8, 9, 18, 19, 22, 23} <= set(unseen.tolist())  # 1610 and 2200 nm, their logarithms, NDBI, NBR
    assert np.abs(inputs[..., unseen]).max() < 0.01
    assert np.abs(inputs[..., FEATURES + unseen]).max() < 0.01


def test_reflectance_below_zero_counts_as_zero():
    resampling = Resampling.of(PLANET)
    below = np.array([[-0.01, 0.08, 0.05, 0.4]], dtype=np.float32)
    np.testing.assert_array_equal(
        spectral_features(below, resampling), spectral_features(np.maximum(below, 0), resampling)
    )


def test_a_uniform_region_gives_finite_inputs():
    pixels = np.full((10, 2, 4), 0.1, dtype=np.float32)
    resampling = Resampling.of(PLANET)
    assert np.isfinite(network_inputs(pixels, resampling, RegionStatistics.of(pixels, resampling))).all()


def test_no_band_and_no_pixel_are_refused():
    with pytest.raises(ValueError, match="at least one band"):
        Resampling.of([])
    with pytest.raises(ValueError, match="at least one pixel"):
        RegionStatistics.of(np.empty((0, 1, 4), dtype=np.float32), Resampling.of(PLANET))
