"""The folded predictor against the network that it was folded from, and against itself in pieces."""

from __future__ import annotations

import numpy as np
import pytest
from regions import LANDSAT, PLANET, SENTINEL_2, support_set, untrained, with_gaps

from model.adapted import adapt
from model.prediction import CHUNK, NO_CLASS, Predictor

HEIGHT, WIDTH = 150, 130


def cube(rng, dates, bands):
    """Reflectance (T, B, H, W): gaps of all bands on all but the first date, and pixels that are never clear."""
    pixels = rng.uniform(-0.01, 0.5, size=(HEIGHT, WIDTH, dates, bands)).astype(np.float32)
    pixels[..., 1:, :] = with_gaps(pixels[..., 1:, :], rng, 0.3)
    if dates > 1:
        pixels[60:70, 60:90, 0] = np.nan
    pixels[20:30, 40:50] = np.nan
    return np.ascontiguousarray(np.moveaxis(pixels, (0, 1), (2, 3)))


@pytest.fixture(scope="module", params=[1, 5], ids=["one date", "five dates with gaps"])
def region(request):
    rng = np.random.default_rng(7)
    support = support_set(rng, dates=request.param, labels=(5, 5, 2, 8), gaps=0.3)
    return adapt(untrained(), support), cube(rng, request.param, LANDSAT.size)


def test_a_map_does_not_depend_on_how_it_was_tiled(region):
    adapted, image = region
    predictor = Predictor.of(adapted)
    whole = predictor.predict(image)
    for tile in (64, 96, 149):
        for row in range(0, HEIGHT, tile):
            for column in range(0, WIDTH, tile):
                part = (slice(row, row + tile), slice(column, column + tile))
                for ours, oracle in zip(predictor.predict(image[:, :, *part]), whole, strict=True):
                    assert ours.tobytes() == np.ascontiguousarray(oracle[part]).tobytes()
    for row, column in [(0, 0), (63, 61), (25, 45), (149, 129), (149, 0)]:
        one = predictor.predict(image[:, :, row : row + 1, column : column + 1])
        assert (one[0][0, 0], one[1][0, 0]) == (whole[0][row, column], whole[1][row, column])
    assert HEIGHT * WIDTH > 2 * CHUNK


@pytest.mark.parametrize("dates", [1, 4])
@pytest.mark.parametrize("wavelengths", [PLANET, LANDSAT, SENTINEL_2], ids=["4 bands", "6 bands", "12 bands"])
def test_folding_changes_nothing_but_rounding(dates, wavelengths):
    rng = np.random.default_rng(8)
    adapted = adapt(
        untrained(),
        support_set(rng, dates=dates, wavelengths=wavelengths, labels=(5, 5, 2, 8), gaps=0.3),
    )
    image = cube(rng, dates, wavelengths.size)[:, :, :80, :100]
    classes, confidence = Predictor.of(adapted).predict(image)
    pixels = np.moveaxis(image.reshape(*image.shape[:2], -1), 2, 0)
    seen = np.isfinite(pixels).all(axis=2).any(axis=1)
    scores = adapted.scores(pixels[seen])
    oracle = adapted.classes[scores.argmax(axis=1)]
    share = np.exp(scores - scores.max(axis=1, keepdims=True))
    share = 100 * share.max(axis=1) / share.sum(axis=1)
    best = np.sort(scores, axis=1)
    clear_cut = best[:, -1] - best[:, -2] > 1e-3
    assert clear_cut.mean() > 0.99
    assert len(np.unique(oracle)) > 1
    np.testing.assert_array_equal(classes.ravel()[seen][clear_cut], oracle[clear_cut])
    np.testing.assert_allclose(confidence.ravel()[seen], share, atol=0.52)
    assert (classes.ravel()[~seen] == NO_CLASS).all()


def test_nodata_in_is_nodata_out(region):
    adapted, image = region
    classes, confidence = Predictor.of(adapted).predict(image)
    never = ~np.isfinite(image).all(axis=1).any(axis=0)
    assert never[20:30, 40:50].all()
    np.testing.assert_array_equal(classes == NO_CLASS, never)
    np.testing.assert_array_equal(confidence == NO_CLASS, never)
    assert confidence[~never].max() <= 100


def test_a_date_that_lacks_one_band_is_not_clear(region):
    adapted, image = region
    one, all_of_them = image[..., :8, :8].copy(), image[..., :8, :8].copy()
    one[0, 3], all_of_them[0] = np.nan, np.nan
    predictor = Predictor.of(adapted)
    for ours, oracle in zip(predictor.predict(one), predictor.predict(all_of_them), strict=True):
        np.testing.assert_array_equal(ours, oracle)


def test_a_block_without_any_clear_pixel_has_no_class(region):
    adapted, image = region
    classes, confidence = Predictor.of(adapted).predict(image[:, :, 20:30, 40:50])
    assert (classes == NO_CLASS).all()
    assert (confidence == NO_CLASS).all()


def test_folding_and_predicting_twice_gives_the_same_bytes(region):
    adapted, image = region
    first, second = (Predictor.of(adapted).predict(image) for _ in range(2))
    for a, b in zip(first, second, strict=True):
        assert a.tobytes() == b.tobytes()


def test_the_largest_probability_is_the_class_and_the_confidence_of_the_map(region):
    adapted, image = region
    predictor = Predictor.of(adapted)
    classes, confidence = predictor.predict(image)
    shares = predictor.probabilities(image)
    seen = classes != NO_CLASS
    np.testing.assert_array_equal(np.isnan(shares).any(axis=0), ~seen)
    np.testing.assert_array_equal(predictor.classes[shares.argmax(axis=0)][seen], classes[seen])
    np.testing.assert_array_equal(np.round(100 * shares.max(axis=0)[seen]), confidence[seen])
    np.testing.assert_allclose(shares[:, seen].sum(axis=0), 1, atol=1e-5)
    for row, column in [(0, 0), (63, 61), (149, 129)]:
        one = predictor.probabilities(image[:, :, row : row + 1, column : column + 1])
        np.testing.assert_array_equal(one[:, 0, 0], shares[:, row, column])


def test_probabilities_are_those_of_the_model_before_folding(region):
    adapted, image = region
    part = image[:, :, :40, :40]
    shares = Predictor.of(adapted).probabilities(part)
    pixels = np.moveaxis(part.reshape(*part.shape[:2], -1), 2, 0)
    seen = np.isfinite(pixels).all(axis=2).any(axis=1)
    scores = adapted.scores(pixels[seen])
    oracle = np.exp(scores - scores.max(axis=1, keepdims=True))
    oracle /= oracle.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares.reshape(len(shares), -1)[:, seen].T, oracle, atol=2e-3)
