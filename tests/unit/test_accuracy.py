from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn import metrics
from sklearn.metrics import balanced_accuracy_score

from geodata.accuracy import accuracy, balanced_accuracy, confusion_matrix, wilson_interval

PAIRS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1, max_size=60)


@given(pairs=PAIRS)
def test_figures_agree_with_scikit_learn(pairs):
    truth, predicted = np.array(pairs).T
    figures = accuracy(truth, predicted, 5)
    labels = range(5)
    np.testing.assert_array_equal(
        figures.confusion, metrics.confusion_matrix(truth, predicted, labels=labels)
    )
    assert figures.overall == pytest.approx(metrics.accuracy_score(truth, predicted))
    recall = metrics.recall_score(truth, predicted, labels=labels, average=None, zero_division=np.nan)
    precision = metrics.precision_score(truth, predicted, labels=labels, average=None, zero_division=np.nan)
    np.testing.assert_allclose(figures.recall, recall)
    np.testing.assert_allclose(figures.precision, precision)
    present = np.isin(np.arange(5), truth)
    assert balanced_accuracy(truth, predicted, 5) == pytest.approx(recall[present].mean())


def test_a_class_that_is_predicted_but_never_true_does_not_enter_the_balance():
    assert balanced_accuracy(np.array([0, 0, 1]), np.array([0, 2, 1]), 3) == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("truth", "predicted", "message"),
    [
        ([0, 1], [0], "both"),
        ([0, 3], [0, 1], r"0\.\.2"),
        ([0, -1], [0, 1], r"0\.\.2"),
        ([], [], "at least one"),
    ],
)
def test_what_cannot_be_compared_is_refused(truth, predicted, message):
    with pytest.raises(ValueError, match=message):
        accuracy(np.array(truth, dtype=int), np.array(predicted, dtype=int), 3)


def test_rows_are_the_truth():
    assert confusion_matrix(np.array([0, 0]), np.array([1, 1]), 2).tolist() == [[0, 2], [0, 0]]


def test_balanced_accuracy_equals_scikit_learns():
    truth, predicted = np.random.default_rng(1).integers(0, 4, size=(2, 200))
    assert balanced_accuracy(truth, predicted, 4) == pytest.approx(balanced_accuracy_score(truth, predicted))


@pytest.mark.parametrize(("right", "count"), [(0, 1), (1, 1), (0, 7), (7, 7), (3, 8), (41, 50), (4999, 5000)])
def test_the_interval_of_a_share_is_that_of_scipy(right, count):
    low, high = wilson_interval(right, count)
    oracle = binomtest(right, count).proportion_ci(0.95, method="wilson")
    assert (low, high) == pytest.approx((oracle.low, oracle.high), abs=1e-12)
    assert 0 <= low <= right / count <= high <= 1


@pytest.mark.parametrize(("right", "count"), [(0, 0), (-1, 3), (4, 3)])
def test_what_is_no_share_has_no_interval(right, count):
    with pytest.raises(ValueError, match="is no share"):
        wilson_interval(right, count)
