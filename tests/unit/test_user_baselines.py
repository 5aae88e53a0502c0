from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from model.methods.band_features import BandFeatures, band_indices, interpolate_gaps, nearest_bands
from model.methods.registry import USER_BASELINES, method
from model.support import SupportSet

SENTINEL_2 = np.array([490.0, 560, 665, 705, 740, 783, 842, 865, 1610, 2190])
NAN = np.nan


def support_of(reflectance, index, wavelengths=SENTINEL_2):
    reflectance = np.asarray(reflectance, dtype=np.float32)
    return SupportSet(reflectance, np.asarray(index, dtype=np.int64), wavelengths, reflectance)


@pytest.fixture
def region():
    """Support of three classes out of four, and other pixels with their classes; some dates are missing."""
    rng = np.random.default_rng(3)
    centres = rng.uniform(0.05, 0.5, size=(4, 1, 10)) + rng.normal(0, 0.02, size=(4, 3, 10))
    index = np.repeat([0, 1, 3], 40)
    pixels = (centres[index] + rng.normal(0, 0.03, size=(120, 3, 10))).astype(np.float32)
    pixels[rng.random((120, 3)) < 0.2] = np.nan
    shown = np.tile(np.arange(40) < 5, 3)
    return support_of(pixels[shown], index[shown]), pixels[~shown], index[~shown]


@pytest.mark.parametrize("name", USER_BASELINES)
def test_a_baseline_finds_classes_and_never_one_without_a_label(name, region):
    support, pixels, index = region
    scores = method(name)(support, 5, 0)(pixels)
    assert scores.shape == (105, 5)
    assert (scores[:, [2, 4]] == -np.inf).all()
    assert np.isfinite(scores[:, [0, 1, 3]]).all()
    assert (scores.argmax(axis=1) == index).mean() > 0.95


@pytest.mark.parametrize("name", USER_BASELINES)
def test_a_baseline_tells_two_classes_apart(name, region):
    support, pixels, index = region
    two, asked = support.class_index != 1, index != 1
    scores = method(name)(support_of(support.reflectance[two], support.class_index[two]), 4, 0)(pixels[asked])
    assert (scores.argmax(axis=1) == index[asked]).mean() > 0.95


@pytest.mark.parametrize("name", USER_BASELINES)
def test_one_class_cannot_be_learned_from(name, region):
    support, *_ = region
    with pytest.raises(ValueError, match="at least two classes"):
        method(name)(support_of(support.reflectance[:3], [1, 1, 1]), 4, 0)


@pytest.mark.parametrize(
    ("name", "estimator", "scaled"),
    [
        ("random-forest", RandomForestClassifier(100, random_state=7), False),
        ("logistic-regression", LogisticRegression(C=1.0, max_iter=1000), True),
        ("svm", SVC(break_ties=True), True),
        ("nearest", KNeighborsClassifier(1), True),
    ],
)
def test_without_gaps_a_baseline_is_what_a_user_would_write(name, estimator, scaled):
    rng = np.random.default_rng(11)
    index = np.repeat(np.arange(3), 6)
    shown = (rng.normal(0.3, 0.05, size=(18, 2, 10)) + 0.02 * index[:, None, None]).astype(np.float32)
    asked = rng.normal(0.32, 0.05, size=(200, 2, 10)).astype(np.float32)
    rows, others = shown.reshape(18, -1).astype(np.float64), asked.reshape(200, -1).astype(np.float64)
    if scaled:
        scaler = StandardScaler().fit(rows)
        rows, others = scaler.transform(rows), scaler.transform(others)
    expected = estimator.fit(rows, index).predict(others)
    assert len(set(expected)) == 3
    found = method(name)(support_of(shown, index), 3, 7)(asked).argmax(axis=1)
    np.testing.assert_array_equal(found, expected)


def test_the_seed_decides_about_the_forest(region):
    support, pixels, _ = region
    forest = method("random-forest")
    first, again, other = (forest(support, 4, seed)(pixels) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_gaps_are_interpolated_between_dates_and_repeated_beyond_them():
    series = np.array([NAN, 0.2, NAN, NAN, 0.5, np.inf], dtype=np.float32).reshape(1, 6, 1)
    other = np.full_like(series, NAN)
    filled = interpolate_gaps(np.concatenate([series, other], axis=2))
    np.testing.assert_allclose(filled[0, :, 0], [0.2, 0.2, 0.3, 0.4, 0.5, 0.5], rtol=1e-6)
    assert np.isnan(filled[0, :, 1]).all()


def test_interpolation_agrees_with_numpy_on_random_gaps():
    rng = np.random.default_rng(2)
    values = rng.random((40, 9, 3)).astype(np.float32)
    values[rng.random(values.shape) < 0.5] = np.nan
    filled = interpolate_gaps(values)
    for pixel, band in np.ndindex(40, 3):
        series = values[pixel, :, band]
        known = np.flatnonzero(~np.isnan(series))
        if known.size:
            expected = np.interp(np.arange(9), known, series[known])
            np.testing.assert_allclose(filled[pixel, :, band], expected, rtol=1e-6)
        else:
            assert np.isnan(filled[pixel, :, band]).all()


def test_a_band_that_a_pixel_never_shows_is_the_labelled_pixels_mean_then_zero():
    support = support_of([[[0.2, NAN]], [[0.4, NAN]], [[NAN, NAN]]], [0, 1, 1], np.array([490.0, 560]))
    features = BandFeatures.of(support, indices=False)
    np.testing.assert_allclose(features(support.reflectance), [[0.2, 0], [0.4, 0], [0.3, 0]], rtol=1e-6)
    asked = np.array([[[NAN, 0.7]]], dtype=np.float32)
    np.testing.assert_allclose(features(asked), [[0.3, 0.7]], rtol=1e-6)


def test_bands_are_known_by_wavelength_and_only_where_they_are():
    assert nearest_bands(SENTINEL_2) == {"blue": 0, "green": 1, "red": 2, "nir": 6, "swir1": 8, "swir2": 9}
    landsat = np.array([865.0, 655, 561, 482, 443, 2201, 1609])
    assert nearest_bands(landsat) == {"blue": 3, "green": 2, "red": 1, "nir": 0, "swir1": 6, "swir2": 5}
    assert nearest_bands(np.array([560.0, 860])) == {"green": 0, "nir": 1}
    assert nearest_bands(np.array([1000.0])) == {}


def test_indices_are_those_whose_bands_the_sensor_has():
    everything = {"NDVI", "NDWI", "NDMI", "MNDWI", "NBR", "NDTI", "BSI", "EVI2"}
    wavelengths = {490.0: 0.1, 560.0: 0.1, 665.0: 0.1, 842.0: 0.4, 1610.0: 0.3, 2190.0: 0.2}
    light = np.array([[list(wavelengths.values())]])
    found = band_indices(light, nearest_bands(np.array(list(wavelengths))))
    assert set(found) == everything
    values = {name: float(value[0, 0, 0]) for name, value in found.items()}
    assert values["NDVI"] == pytest.approx(0.6)
    assert values["NDWI"] == pytest.approx(-0.6)
    assert values["NDMI"] == pytest.approx(1 / 7)
    assert values["BSI"] == pytest.approx((0.4 - 0.5) / 0.9)
    assert values["EVI2"] == pytest.approx(2.5 * 0.3 / (0.4 + 0.24 + 1))
    visible = band_indices(light[..., :3], nearest_bands(np.array([490.0, 560, 665])))
    assert visible == {}
    four = band_indices(light[..., :4], nearest_bands(np.array([490.0, 560, 665, 842])))
    assert set(four) == {"NDVI", "NDWI", "EVI2"}


def test_one_band_cannot_be_two_of_an_index():
    assert nearest_bands(np.array([600.0, 842])) == {"green": 0, "red": 0, "nir": 1}
    found = band_indices(np.full((1, 1, 2), 0.2), {"green": 0, "nir": 0})
    assert found == {}


def test_dark_and_negative_reflectance_give_finite_indices():
    light = np.array([[[0.0, 0.0, 0.0, 0.0]], [[0.01, 0.01, -0.02, 0.0201]]])
    found = band_indices(light, nearest_bands(np.array([490.0, 560, 665, 842])))
    assert found["NDVI"][:, 0, 0].tolist() == [0.0, 1.0]


def test_indices_are_further_columns_of_every_date(region):
    support, *_ = region
    plain, richer = (
        BandFeatures.of(support, indices=wanted)(support.reflectance) for wanted in (False, True)
    )
    assert plain.shape == (15, 3 * 10)
    assert richer.shape == (15, 3 * (10 + 8))
    np.testing.assert_array_equal(richer.reshape(15, 3, 18)[..., :10].reshape(15, -1), plain)


def test_the_default_scores_every_class_in_its_place():
    from model.methods.default import AdaptedClassifier  # noqa: PLC0415 - imports torch

    class Adapted:
        classes = np.array([3, 0])

        def scores(self, reflectance):
            return np.tile([3.5, 0.5], (len(reflectance), 1))

    scores = AdaptedClassifier(Adapted(), 4)(np.zeros((2, 1, 3), dtype=np.float32))
    assert scores.tolist() == [[0.5, -np.inf, -np.inf, 3.5]] * 2
