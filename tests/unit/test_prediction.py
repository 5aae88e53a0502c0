"""The folded predictor against the network that it was folded from, and against itself in pieces."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from model.adaptation import SupportSet, adapt, logits, pixel_inputs
from model.checkpoint import Initialization
from model.encoder import EncoderShape
from model.meta_training import MetaTrainingConfig, init_meta
from model.prediction import CHUNK, NO_CLASS, Predictor
from model.spectral import region_inputs

WAVELENGTHS = np.array([490.0, 560, 665, 705, 842, 1610, 2190])


@pytest.fixture(params=[1, 3], ids=["one date", "three dates"])
def region(request):
    rng = np.random.default_rng(7)
    dates = request.param
    cube = rng.uniform(0.0, 0.5, size=(dates, 7, 150, 130)).astype(np.float32)
    cube[:, :, 20:30, 40:50] = np.nan  # never clear
    cube[0, 3, 60:70, 60:90] = np.nan  # one band of one date
    config = MetaTrainingConfig(seed=1, shape=EncoderShape(width=24, features=16))
    start = Initialization("random", init_meta(config), config.shape, 5, "0" * 64, {})
    index = np.arange(20) % 4
    pixels = rng.uniform(0, 0.5, size=(20, dates, 7)).astype(np.float32)
    background = rng.uniform(0, 0.5, size=(300, dates, 7)).astype(np.float32)
    return adapt(start, SupportSet(pixels, index, WAVELENGTHS, background)), cube


def test_a_map_does_not_depend_on_how_it_was_tiled(region):
    adapted, cube = region
    predictor = Predictor.of(adapted)
    whole = predictor.predict(cube)
    for tile in (64, 96, 1, 149):
        rows = range(0, cube.shape[2], tile) if tile > 1 else range(3)
        for row in rows:
            for column in range(0, cube.shape[3], max(tile, 7)):
                part = (slice(row, row + tile), slice(column, column + max(tile, 7)))
                for ours, oracle in zip(predictor.predict(cube[:, :, *part]), whole, strict=True):
                    np.testing.assert_array_equal(ours, oracle[part])


def test_folding_changes_nothing_but_rounding(region):
    adapted, cube = region
    classes, confidence = Predictor.of(adapted).predict(cube)
    pixels = np.moveaxis(cube.reshape(*cube.shape[:2], -1), 2, 0)
    inputs, observed = pixel_inputs(pixels, adapted.resampling, adapted.statistics)
    scores = logits(
        adapted.params,
        torch.from_numpy(inputs),
        torch.from_numpy(region_inputs(adapted.resampling, adapted.statistics)),
        torch.from_numpy(observed),
        torch.ones(4),
    )
    probability = torch.softmax(scores, dim=1).numpy()
    known = observed.any(axis=1)
    oracle = adapted.classes[probability.argmax(axis=1)]
    assert (classes.ravel()[known] == oracle[known]).mean() > 0.999
    np.testing.assert_allclose(confidence.ravel()[known], 100 * probability.max(axis=1)[known], atol=0.6)


def test_nodata_in_is_nodata_out(region):
    adapted, cube = region
    classes, confidence = Predictor.of(adapted).predict(cube)
    never = ~np.isfinite(cube).all(axis=1).any(axis=0)
    assert never[20:30, 40:50].all()
    np.testing.assert_array_equal(classes == NO_CLASS, never)
    np.testing.assert_array_equal(confidence == NO_CLASS, never)
    assert confidence[~never].max() <= 100


def test_a_block_larger_than_a_chunk_and_a_single_pixel_agree(region):
    adapted, cube = region
    assert cube.shape[2] * cube.shape[3] > CHUNK
    predictor = Predictor.of(adapted)
    classes, confidence = predictor.predict(cube)
    one = predictor.predict(cube[:, :, 149:, 129:])
    assert (one[0][0, 0], one[1][0, 0]) == (classes[149, 129], confidence[149, 129])


def test_adapting_twice_gives_the_same_bytes(region):
    adapted, cube = region
    first, second = Predictor.of(adapted), Predictor.of(adapted)
    for a, b in zip(first.predict(cube), second.predict(cube), strict=True):
        assert a.tobytes() == b.tobytes()
