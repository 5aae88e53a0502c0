from __future__ import annotations

import numpy as np
import pytest
import torch

from model.indices import COUNT, DAMPING, NORMALIZED_DIFFERENCES, index_presence, spectral_indices
from model.spectral import CANONICAL_NM, Resampling

MEADOW = {
    445: 0.03,
    490: 0.04,
    560: 0.08,
    665: 0.05,
    705: 0.12,
    740: 0.3,
    783: 0.38,
    850: 0.4,
    1610: 0.2,
    2200: 0.1,
}


def damped(a, b):
    return (a - b) / (a + b + DAMPING)


def test_the_indices_are_those_of_the_papers():
    m = MEADOW
    expected = [
        damped(m[850], m[665]),  # NDVI
        damped(m[560], m[850]),  # NDWI
        damped(m[1610], m[850]),  # NDBI
        damped(m[850], m[2200]),  # NBR
        damped(m[560], m[1610]),  # MNDWI
        damped(m[1610], m[2200]),  # NDTI
        damped(m[705], m[665]),
        damped(m[560], m[665]),
        damped(m[490], m[560]),
        damped(m[850], m[705]),  # NDRE
        damped(m[1610] + m[665], m[850] + m[490]),  # bare soil
        2.5 * (m[850] - m[665]) / (m[850] + 2.4 * m[665] + 1),  # EVI-2
    ]
    bands = [np.array([m[int(nm)]]) for nm in CANONICAL_NM]
    np.testing.assert_allclose(np.concatenate(spectral_indices(bands)), expected, rtol=1e-12)
    assert len(expected) == COUNT


def test_arrays_and_tensors_give_the_same():
    bands = np.random.default_rng(0).uniform(size=(CANONICAL_NM.size, 50))
    ours = torch.stack(spectral_indices(list(torch.from_numpy(bands)))).numpy()
    np.testing.assert_allclose(ours, spectral_indices(list(bands)), rtol=1e-12)


@pytest.mark.parametrize("level", [1e-6, 0.01, 1.0, 100.0])
def test_indices_are_bounded_at_any_level(level):
    rng = np.random.default_rng(1)
    bands = level * rng.uniform(size=(CANONICAL_NM.size, 500)) * (rng.random((CANONICAL_NM.size, 500)) < 0.7)
    values = np.stack(spectral_indices(list(bands)))
    assert np.abs(values[:-1]).max() < 1
    assert values[-1].max() < 2.5
    assert values[-1].min() > -2.5 / 2.4


def test_dark_pixels_have_no_index():
    dark = np.zeros((CANONICAL_NM.size, 1))
    np.testing.assert_array_equal(spectral_indices(list(dark)), np.zeros((COUNT, 1)))
    dark[7], dark[3] = 0.001, 0.0005  # noise: half as bright again is no vegetation
    assert np.abs(np.stack(spectral_indices(list(dark)))).max() < 0.05


def test_an_index_is_as_sure_as_both_its_bands():
    presence = Resampling.of([490.0, 565, 665, 865]).presence  # no short-wave infrared, no red edge
    found = index_presence(presence)
    for (a, b), ours in zip(NORMALIZED_DIFFERENCES, found, strict=False):
        assert ours == pytest.approx(np.sqrt(presence[a] * presence[b]))
    ndvi, ndwi, ndbi = found[:3]
    assert min(ndvi, ndwi) > 0.7
    assert ndbi < 1e-3
    assert found[-2] < 1e-3  # bare soil needs short-wave infrared
    assert found[-1] == pytest.approx(ndvi)
