"""From labels to a fitted model: what must not matter does not, to the last bit."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from regions import LANDSAT, PLANET, SENTINEL_2, clear_once, support_set, untrained, with_gaps

from model.adapted import NETWORK_SHARE, adapt, pixel_inputs, region_statistics, steps_for, unlabelled
from model.encoder import encode
from model.gaps import fill_gaps
from model.linear import BACKGROUND
from model.prediction import Predictor
from model.spectral import Resampling, region_inputs
from model.support import SupportSet

ROOT = Path(__file__).parents[2]
DATES_AND_GAPS = pytest.mark.parametrize(
    ("dates", "gaps"), [(1, 0.0), (5, 0.3)], ids=["one date", "five dates with gaps"]
)


def pixels_like(support, count, rng, gaps=0.0):
    shape = (count, *support.reflectance.shape[1:])
    return with_gaps(rng.uniform(0, 0.5, size=shape).astype(np.float32), rng, gaps)


def image_of(pixels):
    """(n, T, B) -> (T, B, 1, n)."""
    return np.moveaxis(pixels, 0, -1)[:, :, None]


@DATES_AND_GAPS
def test_order_and_numbering_permute_the_map_and_nothing_else_to_the_last_bit(dates, gaps):
    rng = np.random.default_rng(0)
    given = support_set(rng, dates=dates, gaps=gaps)
    pixels = pixels_like(given, 2000, rng, gaps)
    renumber = np.array([2, 0, 1])
    first = adapt(untrained(), given)
    classes, confidence = Predictor.of(first).predict(image_of(pixels))
    seen = classes != 255
    assert len(np.unique(classes[seen])) > 1
    for _ in range(3):
        rows = rng.permutation(len(given.class_index))
        other = dataclasses.replace(
            given, reflectance=given.reflectance[rows], class_index=renumber[given.class_index[rows]]
        )
        second = adapt(untrained(), other)
        np.testing.assert_array_equal(second.classes, renumber[first.classes])
        for name, value in first.params.items():
            assert torch.equal(second.params[name], value), name
        classes_2, confidence_2 = Predictor.of(second).predict(image_of(pixels))
        np.testing.assert_array_equal(classes_2[seen], renumber[classes[seen]])
        np.testing.assert_array_equal(confidence_2, confidence)


def test_adapting_does_not_wait_for_the_import_of_a_compiler():
    code = """
import sys
import numpy as np
from regions import support_set, untrained
from model.adapted import adapt
adapt(untrained(), support_set(np.random.default_rng(0)))
print("torch._dynamo" in sys.modules)
"""
    paths = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests" / "unit")])}
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | paths, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False"]


@DATES_AND_GAPS
def test_adapting_twice_gives_the_same_bytes(dates, gaps):
    given = support_set(np.random.default_rng(1), dates=dates, gaps=gaps)
    first, second = adapt(untrained(), given), adapt(untrained(), given)
    assert first.params.keys() == second.params.keys()
    for name, value in first.params.items():
        assert value.numpy().tobytes() == second.params[name].numpy().tobytes(), name


@pytest.mark.parametrize("wavelengths", [PLANET, LANDSAT, SENTINEL_2], ids=["4 bands", "6 bands", "12 bands"])
def test_band_order_does_not_matter(wavelengths):
    rng = np.random.default_rng(2)
    given = support_set(rng, wavelengths=wavelengths, dates=2, gaps=0.3)
    pixels = pixels_like(given, 500, rng)
    turn = rng.permutation(wavelengths.size)
    other = SupportSet(
        given.reflectance[..., turn], given.class_index, wavelengths[turn], given.background[..., turn]
    )
    first, second = adapt(untrained(), given), adapt(untrained(), other)
    classes, classes_2 = (
        model.classes[model.scores(shown).argmax(axis=1)]
        for model, shown in ((first, pixels), (second, pixels[..., turn]))
    )
    assert (classes == classes_2).mean() > 0.99  # sums in another order may turn a tie


@DATES_AND_GAPS
def test_without_steps_it_is_a_prototypical_network_and_nothing_else(dates, gaps):
    rng = np.random.default_rng(3)
    given, start = support_set(rng, dates=dates, gaps=gaps), untrained()
    adapted = adapt(start, given, steps=0)
    assert adapted.params["linear.weight"].abs().max() == 0
    assert adapted.params["linear.bias"].abs().max() == 0

    region = torch.from_numpy(region_inputs(adapted.resampling, adapted.statistics))

    def features(reflectance):
        inputs = pixel_inputs(reflectance, adapted.resampling, adapted.statistics)
        return encode(start.meta, torch.from_numpy(inputs), region).numpy()  # (n, T, D)

    pixels = clear_once(pixels_like(given, 300, rng, gaps))
    labelled = features(given.reflectance)
    centres = np.stack([labelled[given.class_index == c].mean(axis=0) for c in adapted.classes])
    distance = ((features(pixels)[:, None] - centres) ** 2).sum(axis=-1).mean(axis=-1)  # (n, N)
    oracle = -NETWORK_SHARE * float(start.meta["head.scale"].exp()) * distance
    ours = adapted.scores(pixels)
    np.testing.assert_allclose(
        ours - ours[:, :1], oracle - oracle[:, :1], atol=1e-4 * np.abs(oracle).max(), rtol=0
    )
    assert adapted.lineage["inner_steps"] == 0


def test_the_linear_part_is_there_and_read_date_by_date():
    rng = np.random.default_rng(4)
    given = support_set(rng, dates=3)
    adapted = adapt(untrained(), given)
    pixels = pixels_like(given, 50, rng)
    scores = adapted.scores(pixels)
    without = dataclasses.replace(
        adapted, params=adapted.params | {"linear.weight": torch.zeros_like(adapted.params["linear.weight"])}
    ).scores(pixels)
    assert np.abs(scores - without).max() > 0.1
    assert np.abs(adapted.scores(pixels[:, ::-1]) - scores).max() > 0.1


def test_the_background_reaches_the_linear_part():
    rng = np.random.default_rng(5)
    given = support_set(rng)
    other = dataclasses.replace(given, background=given.background[::-1] * np.float32(0.5))
    first, second = (adapt(untrained(), s).params["linear.weight"] for s in (given, other))
    assert (first - second).abs().max() > 1e-3


def test_background_that_is_never_clear_changes_nothing():
    rng = np.random.default_rng(6)
    given = support_set(rng, dates=2, gaps=0.2)
    given = dataclasses.replace(given, background=clear_once(given.background))
    clouds = np.full((40, 2, LANDSAT.size), np.nan, dtype=np.float32)
    cloudy = dataclasses.replace(given, background=np.concatenate([clouds, given.background]))
    first, second = adapt(untrained(), given), adapt(untrained(), cloudy)
    for name, value in first.params.items():
        assert torch.equal(second.params[name], value), name
    np.testing.assert_array_equal(first.statistics.mean, second.statistics.mean)


def test_statistics_of_a_sample_with_gaps_are_those_of_the_filled_one():
    rng = np.random.default_rng(7)
    resampling = Resampling.of(LANDSAT)
    sample = clear_once(support_set(rng, dates=4, gaps=0.4).background)
    filled, _ = fill_gaps(np.moveaxis(sample, 0, -1))
    ours = region_statistics(sample, resampling)
    oracle = region_statistics(np.moveaxis(filled, -1, 0), resampling)
    np.testing.assert_allclose(ours.mean, oracle.mean, rtol=1e-12)
    np.testing.assert_allclose(ours.spread, oracle.spread, rtol=1e-12)


def test_a_large_background_is_thinned_evenly():
    resampling = Resampling.of(PLANET)
    sample = np.repeat(np.linspace(0.01, 0.5, 4 * BACKGROUND, dtype=np.float32), 4).reshape(-1, 1, 4)
    statistics = region_statistics(sample, resampling)
    chosen = unlabelled(sample, resampling, statistics)
    everything = pixel_inputs(sample, resampling, statistics)
    assert len(chosen) == BACKGROUND
    np.testing.assert_allclose(chosen.numpy()[[0, -1]], everything[[0, -1]])
    np.testing.assert_allclose(chosen.numpy().mean(axis=0), everything.mean(axis=0), atol=0.01)
    few = unlabelled(sample[:7], resampling, statistics)
    np.testing.assert_allclose(few.numpy(), everything[:7])


def test_one_class_is_refused():
    given = support_set(np.random.default_rng(8))
    one = dataclasses.replace(given, reflectance=given.reflectance[:2], class_index=given.class_index[:2])
    with pytest.raises(ValueError, match="at least two classes"):
        adapt(untrained(), one)


def test_a_background_without_any_clear_pixel_is_refused():
    given = support_set(np.random.default_rng(9))
    with pytest.raises(ValueError, match="at least one pixel"):
        adapt(untrained(), dataclasses.replace(given, background=np.full_like(given.background, np.nan)))


def test_arrays_that_disagree_are_refused():
    given = support_set(np.random.default_rng(10), dates=2)
    with pytest.raises(ValueError, match="one class per labelled pixel"):
        dataclasses.replace(given, class_index=given.class_index[:3])
    with pytest.raises(ValueError, match="disagree on dates or bands"):
        dataclasses.replace(given, background=given.background[:, :1])
    with pytest.raises(ValueError, match="disagree on dates or bands"):
        dataclasses.replace(given, wavelengths_nm=PLANET)


@pytest.mark.parametrize(("shots", "steps"), [(1, 5), (2, 14), (2.5, 18), (5, 40), (1000, 40)])
def test_one_label_takes_the_trained_steps_and_each_further_one_nine_more(shots, steps):
    assert steps_for(shots, least=5) == steps
