"""Partial whitening against its definition, and what it must leave as it is."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from model.linear import fit_linear, fit_with_background
from model.whitening import FLOOR, partial_whitening


def sample(count, spreads, seed=0):
    """Correlated rows (count, F) whose axes have these standard deviations."""
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(len(spreads), len(spreads))))[0]
    return torch.from_numpy(rng.normal(size=(count, len(spreads))) * spreads @ turn.T + 3.0)


def variances(rows):
    return torch.linalg.eigvalsh(torch.cov(rows.T, correction=0)).numpy()


def test_it_is_a_power_of_the_covariance():
    rows = sample(400, [5.0, 1.0, 0.2])
    found = partial_whitening(rows, power=0.5).numpy()
    cov = np.cov(rows.numpy().T, bias=True)
    floor = np.trace(cov) * (FLOOR + 1 / 400)
    values, axes = np.linalg.eigh(cov)
    oracle = axes @ np.diag((values + floor) ** -0.25) @ axes.T
    np.testing.assert_allclose(found / found[0, 0], oracle / oracle[0, 0], atol=1e-9)


@pytest.mark.parametrize("power", [0.25, 0.5, 1.0])
def test_variances_come_nearer_to_each_other_and_their_sum_stays(power):
    rows = sample(400, [5.0, 1.0, 0.5])
    before, after = variances(rows), variances(rows @ partial_whitening(rows, power=power))
    assert after.sum() == pytest.approx(before.sum())
    assert after[-1] / after[0] < (before[-1] / before[0]) ** (1 - 0.8 * power)


def test_a_power_of_zero_and_a_sample_that_does_not_vary_change_nothing():
    rows = sample(50, [5.0, 1.0])
    torch.testing.assert_close(partial_whitening(rows, power=0.0), torch.eye(2, dtype=torch.float64))
    torch.testing.assert_close(partial_whitening(torch.ones(7, 3)), torch.eye(3))


def test_fewer_pixels_than_inputs_give_what_the_covariance_would():
    rows = sample(12, np.linspace(3.0, 0.5, 30))
    found = partial_whitening(rows).numpy()
    values, axes = np.linalg.eigh(np.cov(rows.numpy().T, bias=True))
    scores = (values.clip(0) + values.sum() * (FLOOR + 1 / 12)) ** -0.25
    oracle = axes @ np.diag(scores) @ axes.T
    np.testing.assert_allclose(found / found[0, 0], oracle / oracle[0, 0], atol=1e-9)


def test_what_differs_in_a_direction_of_little_variance_is_found_with_few_labels():
    """Two classes that differ in the second input, under a first one that varies ten times as much and says nothing."""
    right = {"plain": 0, "whitened": 0}
    for seed in range(20):
        rng = np.random.default_rng(seed)
        truth = np.repeat([0, 1], 200)
        land = np.column_stack([rng.normal(0, 3.0, 400), (2 * truth - 1) * 0.3 + rng.normal(0, 0.1, 400)])
        chosen = np.concatenate([rng.choice(200, 3), 200 + rng.choice(200, 3)])
        shown, labels = torch.from_numpy(land[chosen]), torch.eye(2, dtype=torch.float64)[truth[chosen]]
        background = torch.from_numpy(land)
        for name, (weight, bias) in {
            "plain": fit_linear(shown, labels, strength=0.5),
            "whitened": fit_with_background(shown, labels, background),
        }.items():
            right[name] += float(
                (background @ weight.T + bias).argmax(dim=1).eq(torch.from_numpy(truth)).sum()
            )
    assert right["whitened"] > right["plain"] + 0.05 * 20 * 400
