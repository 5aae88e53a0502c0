"""What labels say of each other: nobody is asked about what it was told, and the order of telling does not matter."""

from __future__ import annotations

import numpy as np
import pytest
from regions import support_set, untrained

from model.adapted import adapt
from model.cross_validation import FOLDS, MOST_ONE_BY_ONE, cross_validate
from model.support import SupportSet


def without(support, out):
    return SupportSet(
        support.reflectance[~out], support.class_index[~out], support.wavelengths_nm, support.background
    )


def select(support, rows):
    return SupportSet(
        support.reflectance[rows], support.class_index[rows], support.wavelengths_nm, support.background
    )


def test_each_of_a_few_labels_is_predicted_by_a_model_of_all_others():
    support = support_set(np.random.default_rng(0), dates=3, labels=(3, 2, 4), gaps=0.3)
    names = np.arange(9) + 10
    found = cross_validate(untrained(), support, names)
    assert found.folds == 9 <= MOST_ONE_BY_ONE
    np.testing.assert_array_equal(found.label, names)
    np.testing.assert_array_equal(found.truth, support.class_index)
    for number in range(9):
        out = np.arange(9) == number
        oracle = adapt(untrained(), without(support, out))
        scores = oracle.scores(support.reflectance[out])[0]
        share = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
        assert found.predicted[number] == oracle.classes[share.argmax()]
        assert found.probability[number] == pytest.approx(share.max(), rel=1e-4)


def test_order_and_numbering_permute_the_outcome_and_nothing_else_to_the_last_bit():
    rng = np.random.default_rng(1)
    support = support_set(rng, dates=2, labels=(6, 10, 4, 8), gaps=0.3)
    support.reflectance[:] += rng.normal(
        0, 0.15, support.reflectance.shape
    )  # so that some are taken for others
    names = np.repeat(np.arange(14), 2)
    names[5] = 20  # a point among polygons of two pixels
    first = cross_validate(untrained(), support, names)
    assert first.folds == FOLDS
    assert 0 < (first.predicted == first.truth).mean() < 1
    renumber, rename = np.array([3, 1, 0, 2]), rng.permutation(30)
    for _ in range(2):
        rows = rng.permutation(28)
        given = select(support, rows)
        other = SupportSet(
            given.reflectance, renumber[given.class_index], support.wavelengths_nm, support.background
        )
        second = cross_validate(untrained(), other, rename[names[rows]])
        order = np.argsort(rename[first.label])
        np.testing.assert_array_equal(second.label, rename[first.label][order])
        np.testing.assert_array_equal(second.truth, renumber[first.truth][order])
        np.testing.assert_array_equal(second.predicted, renumber[first.predicted][order])
        np.testing.assert_array_equal(second.probability, first.probability[order])


def test_the_pixels_of_a_polygon_do_not_tell_of_each_other():
    """Twelve polygons, each of a spectrum of its own, classes drawn by lot: there is nothing to learn."""
    rng = np.random.default_rng(2)
    base = rng.uniform(0.02, 0.5, size=(12, 1, 6))
    pixels = (np.repeat(base, 20, axis=0) + rng.normal(0, 0.002, (240, 1, 6))).astype(np.float32)
    class_index = np.repeat(np.arange(12) % 2, 20)
    background = rng.uniform(0, 0.5, size=(200, 1, 6)).astype(np.float32)
    support = SupportSet(pixels, class_index, np.array([482.0, 561, 655, 865, 1609, 2201]), background)
    by_polygon = cross_validate(untrained(), support, np.repeat(np.arange(12), 20))
    by_pixel = cross_validate(untrained(), support, np.arange(240))
    assert (by_pixel.predicted == by_pixel.truth).mean() > 0.95
    assert (by_polygon.predicted == by_polygon.truth).mean() < 0.75
    assert len(by_polygon.label) == 12


def test_a_single_label_of_a_class_is_learned_from_and_never_asked_for():
    support = support_set(np.random.default_rng(3), labels=(4, 1, 3))
    # Label 2 of the first class lies where the single label of the second one does.
    support.reflectance[2] = support.reflectance[4]
    found = cross_validate(untrained(), support, np.arange(8))
    assert found.label.tolist() == [0, 1, 2, 3, 5, 6, 7]
    assert found.predicted[2] == 1


def test_every_class_with_two_labels_is_learned_in_every_fold():
    support = support_set(np.random.default_rng(4), labels=(2, 30, 2, 2, 7))
    found = cross_validate(untrained(), support, np.arange(43))
    assert found.folds == FOLDS
    assert set(found.truth[found.predicted == found.truth].tolist()) == {0, 1, 2, 3, 4}


def test_where_no_class_has_two_labels_nothing_is_validated():
    support = support_set(np.random.default_rng(5), labels=(1, 1, 1))
    found = cross_validate(untrained(), support, np.arange(3))
    assert (found.folds, len(found.label), len(found.predicted)) == (0, 0, 0)


def test_a_polygon_is_what_most_of_its_pixels_are():
    support = support_set(np.random.default_rng(6), labels=(5, 5))
    rows = [0, 1, 2, 5, 3, 4, 6, 7, 8, 9]  # one pixel of the second class among the first label's four
    support = SupportSet(
        support.reflectance[rows],
        np.array([0, 0, 0, 0, 0, 0, 1, 1, 1, 1]),
        support.wavelengths_nm,
        support.background,
    )
    found = cross_validate(untrained(), support, np.array([0, 0, 0, 0, 1, 2, 3, 4, 5, 6]))
    assert found.predicted[0] == 0
    assert found.probability[0] < found.probability[1:].max()


def test_a_label_of_two_classes_is_none():
    with pytest.raises(ValueError, match="one class"):
        cross_validate(untrained(), support_set(np.random.default_rng(7)), np.zeros(11, dtype=np.int64))
