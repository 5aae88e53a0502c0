from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest
from scipy.optimize import minimize

from geodata.order_statistics import _network, geometric_median, median


@pytest.mark.parametrize("count", range(1, 12))
def test_the_network_sorts_every_order(count):
    # A network that sorts all zeros and ones sorts everything.
    for bits in itertools.product([0, 1], repeat=count):
        values = list(bits)
        for low, high in _network(count):
            values[low], values[high] = sorted((values[low], values[high]))
        assert values == sorted(bits)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 17])
@pytest.mark.parametrize("share", [0.0, 0.6, 1.0])
def test_the_median_is_that_of_numpy(count, share):
    rng = np.random.default_rng(count)
    layers = rng.normal(0.2, 0.1, (count, 3, 20, 30)).astype(np.float32)
    clear = rng.random((count, 20, 30)) < share
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of pixels without any
        expected = np.nanmedian(np.where(clear[:, None], layers, np.nan), axis=0)
    np.testing.assert_array_equal(median(layers, clear), expected.astype(np.float32))


def test_without_layers_there_is_nothing():
    nothing = np.zeros((0, 3, 4, 5), dtype=np.float32)
    for middle in (median, geometric_median):
        assert np.isnan(middle(nothing, np.zeros((0, 4, 5), dtype=bool))).all()


def test_the_geometric_median_has_the_least_sum_of_distances():
    rng = np.random.default_rng(1)
    layers = rng.normal(0.3, 0.05, (7, 4, 3, 5)).astype(np.float32)
    clear = np.ones((7, 3, 5), dtype=bool)
    clear[0], clear[:, 0, 0] = False, False
    found = geometric_median(layers.copy(), clear)
    assert np.isnan(found[:, 0, 0]).all()

    def distance(point, spectra):
        return np.linalg.norm(spectra - point, axis=1).sum()

    for row, col in [(0, 1), (1, 2), (2, 4)]:
        spectra = layers[clear[:, row, col], :, row, col].astype(np.float64)
        best = minimize(distance, spectra.mean(axis=0), args=(spectra,), tol=1e-12)
        assert distance(found[:, row, col], spectra) <= best.fun * (1 + 1e-4)


def test_each_pixel_of_a_geometric_median_is_computed_alone():
    rng = np.random.default_rng(2)
    layers = rng.normal(0.3, 0.05, (5, 3, 8, 9)).astype(np.float32)
    clear = rng.random((5, 8, 9)) < 0.7
    whole = geometric_median(layers.copy(), clear)
    part = geometric_median(layers[:, :, 2:5, 3:8].copy(), clear[:, 2:5, 3:8])
    np.testing.assert_array_equal(part, whole[:, 2:5, 3:8])


def test_one_layer_is_its_own_middle():
    layers = np.random.default_rng(3).random((1, 4, 6, 6)).astype(np.float32)
    clear = np.ones((1, 6, 6), dtype=bool)
    np.testing.assert_allclose(geometric_median(layers.copy(), clear), layers[0], atol=1e-6)
