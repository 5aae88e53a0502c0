"""The linear part against scikit-learn's, and against what unlabelled pixels should tell it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from model.linear import (
    ABSENT,
    ITERATIONS,
    balanced_weights,
    fit_linear,
    fit_with_background,
    linear_inputs,
)
from model.spectral import CANONICAL_NM, FEATURES, PIXEL_INPUTS


def labelled(rng, counts, features):
    """Standardized pixels (S, F) of overlapping classes, and their labels."""
    index = np.repeat(np.arange(len(counts)), counts)
    x = rng.normal(size=(len(counts), features))[index] + rng.normal(size=(index.size, features))
    return (x - x.mean(axis=0)) / x.std(axis=0), index


def one_hot(index, ways):
    return torch.eye(ways, dtype=torch.float64)[torch.from_numpy(index)]


def probabilities(fitted, x):
    weight, bias = fitted
    return torch.softmax(torch.from_numpy(x) @ weight.T + bias, dim=1).numpy()


@pytest.mark.parametrize("strength", [1.0, 0.1])
@pytest.mark.parametrize(
    ("counts", "features"), [((30, 5, 12), 8), ((2, 1, 3, 1, 2), 40)], ids=["many labels", "many features"]
)
def test_it_is_scikit_learns_balanced_logistic_regression(counts, features, strength):
    rng = np.random.default_rng(0)
    x, index = labelled(rng, counts, features)
    oracle = LogisticRegression(C=strength, class_weight="balanced", max_iter=5000, tol=1e-8).fit(x, index)
    new = rng.normal(size=(200, features))
    fitted = fit_linear(torch.from_numpy(x), one_hot(index, len(counts)), iterations=4000, strength=strength)
    np.testing.assert_allclose(probabilities(fitted, new), oracle.predict_proba(new), atol=1e-3)


def test_the_steps_of_service_come_close_enough():
    rng = np.random.default_rng(1)
    x, index = labelled(rng, (5, 5, 5, 5), 22)
    new = rng.normal(size=(500, 22))
    oracle = LogisticRegression(C=1.0, class_weight="balanced", max_iter=5000, tol=1e-8).fit(x, index)
    ours = probabilities(fit_linear(torch.from_numpy(x), one_hot(index, 4), iterations=ITERATIONS), new)
    np.testing.assert_allclose(ours, oracle.predict_proba(new), atol=0.02)


def test_padding_with_rows_and_with_classes_changes_nothing():
    rng = np.random.default_rng(2)
    x, index = labelled(rng, (4, 2, 3), 6)
    labels = one_hot(index, 3)
    rows = torch.cat([torch.from_numpy(x), torch.from_numpy(rng.normal(size=(5, 6)))])
    wide = torch.nn.functional.pad(labels, (0, 2, 0, 5))
    weight, bias = fit_linear(torch.from_numpy(x), labels, iterations=4000)
    weight_2, bias_2 = fit_linear(rows, wide, iterations=4000)
    torch.testing.assert_close(weight_2[:3], weight, rtol=0, atol=1e-6)
    torch.testing.assert_close(bias_2[:3] - bias_2[0], bias - bias[0], rtol=0, atol=1e-6)
    present = wide.sum(dim=0) > 0
    scores = torch.where(present, rows @ weight_2.T + bias_2, ABSENT)
    assert (torch.softmax(scores, dim=1)[:, 3:] == 0).all()
    assert weight_2[3:].abs().max() == 0


def test_every_class_weighs_the_same():
    labels = one_hot(np.array([0, 0, 0, 0, 1, 2, 2]), 4)
    weights = balanced_weights(labels)
    torch.testing.assert_close(weights @ labels, torch.tensor([7.0, 7, 7, 0], dtype=torch.float64) / 3)


def clusters():
    """Two long clusters, one behind the other, with a gap at -1..1; a label in each, both off its middle."""
    rng = np.random.default_rng(3)
    along = np.concatenate([rng.uniform(-5, -1, 200), rng.uniform(1, 5, 200)])
    background = torch.from_numpy(np.column_stack([along, rng.normal(0, 0.3, 400)]))
    return torch.tensor([[-1.2, 0.0], [4.8, 0.0]], dtype=torch.float64), background, np.repeat([0, 1], 200)


def border(fitted):
    """Where the classes are equally likely, along the first axis."""
    weight, bias = fitted
    return -float((bias[0] - bias[1]) / (weight[0] - weight[1])[0])


def share_right(fitted, x, truth):
    return float((probabilities(fitted, x.numpy()).argmax(axis=1) == truth).mean())


def test_the_background_moves_the_border_towards_the_gap_between_the_clusters():
    labels, background, truth = clusters()
    eye = torch.eye(2, dtype=torch.float64)
    alone, with_others = fit_linear(labels, eye), fit_with_background(labels, eye, background)
    assert border(alone) == pytest.approx(1.8, abs=0.01)  # half way between the labels, in the second cluster
    assert 0 < border(with_others) < 1.6
    assert share_right(alone, background, truth) < 0.92
    assert share_right(with_others, background, truth) > 0.94


def test_with_many_labels_the_background_hardly_counts():
    rng = np.random.default_rng(4)
    far = torch.from_numpy(rng.normal(5, 1, size=(300, 4)))

    def moved(labels_per_class):
        x, index = labelled(rng, (labels_per_class,) * 3, 4)
        x, labels = torch.from_numpy(x), one_hot(index, 3)
        fits = [fit_linear(x, labels), fit_with_background(x, labels, far)]
        first, second = (probabilities(fit, x.numpy()) for fit in fits)
        return np.abs(first - second).mean()

    assert moved(100) < 0.02 < moved(1)


@pytest.mark.parametrize(
    ("whitened", "difference"),
    [(False, 1e-6), (True, 2e-3)],  # the floor tells how little a small sample has seen
)
def test_how_many_background_pixels_there_are_does_not_matter(monkeypatch, whitened, difference):
    if not whitened:
        monkeypatch.setattr("model.linear.partial_whitening", lambda _: torch.eye(2, dtype=torch.float64))
    labels, background, _ = clusters()
    eye = torch.eye(2, dtype=torch.float64)
    once = fit_with_background(labels, eye, background)
    twice = fit_with_background(labels, eye, torch.cat([background, background]))
    for ours, oracle in zip(twice, once, strict=True):
        torch.testing.assert_close(ours, oracle, rtol=0, atol=difference)


def test_the_order_of_the_classes_permutes_the_rows():
    rng = np.random.default_rng(5)
    x, index = labelled(rng, (4, 2, 3), 6)
    background, turn = torch.from_numpy(rng.normal(size=(50, 6))), torch.tensor([2, 0, 1])
    weight, bias = fit_with_background(torch.from_numpy(x), one_hot(index, 3), background)
    weight_2, bias_2 = fit_with_background(torch.from_numpy(x), one_hot(index, 3)[:, turn], background)
    torch.testing.assert_close(weight_2, weight[turn], rtol=0, atol=1e-12)
    torch.testing.assert_close(bias_2, bias[turn], rtol=0, atol=1e-12)


def test_without_iterations_it_is_zero():
    labels, background, _ = clusters()
    eye = torch.eye(2, dtype=torch.float64)
    for fitted in (
        fit_linear(labels, eye, iterations=0),
        fit_with_background(labels, eye, background, iterations=0),
    ):
        assert all((values == 0).all() for values in fitted)


def test_it_reads_reflectance_and_indices_relative_to_the_region():
    names = torch.arange(PIXEL_INPUTS, dtype=torch.float64)
    pixels = torch.stack([names, 1000 + names])[None]  # (1, T = 2, PIXEL_INPUTS)
    found = linear_inputs(pixels)[0] * 2**0.5
    k = CANONICAL_NM.size
    wanted = [*range(k), *range(2 * k, FEATURES)]
    np.testing.assert_allclose(found.numpy(), [*wanted, *(1000 + i for i in wanted)])


def test_dates_that_are_all_there_twice_change_nothing():
    g = torch.Generator().manual_seed(0)
    pixels = torch.randn(9, 2, PIXEL_INPUTS, generator=g, dtype=torch.float64)
    labels = torch.eye(3, dtype=torch.float64).repeat(3, 1)
    scores = []
    for shown in (pixels, pixels.repeat(1, 2, 1)):
        inputs = linear_inputs(shown)
        weight, bias = fit_linear(inputs, labels)
        scores.append(inputs @ weight.T + bias)
    torch.testing.assert_close(scores[1], scores[0], rtol=0, atol=1e-9)
