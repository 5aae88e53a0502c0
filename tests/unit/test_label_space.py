from __future__ import annotations

import numpy as np
import pytest
from regions import support_set, untrained
from scipy.spatial.distance import cdist, pdist

from app.adaptations import similarity
from app.adaptations.labelled import NamedPixels
from app.adaptations.similarity import LabelSpace
from model.adapted import adapt


@pytest.fixture(scope="module")
def support():
    return support_set(np.random.default_rng(0), dates=2, labels=(6, 5, 7), gaps=0.3)


@pytest.fixture(scope="module")
def model(support):
    return adapt(untrained(), support)


def named(support, label):
    place = np.arange(len(label))
    return NamedPixels(support.reflectance, support.class_index, np.asarray(label), place, place)


def features_of(model, support):
    return model.features(support.reflectance).reshape(len(support.reflectance), -1).astype(np.float64)


def test_the_nearest_labels_are_those_that_scipy_finds(model, support):
    label = np.arange(18) + 100
    space = LabelSpace.of(model, named(support, label))
    features = features_of(model, support)
    asked = (
        np.random.default_rng(1).uniform(0.02, 0.4, (5, *support.reflectance.shape[1:])).astype(np.float32)
    )
    root = np.sqrt(features.shape[1])
    theirs = model.features(asked).reshape(5, -1).astype(np.float64)
    unit = np.mean([np.median(pdist(features[support.class_index == k])) for k in range(3)]) / root
    assert space.unit == pytest.approx(unit, rel=1e-4)
    for pixel, distances in zip(asked, cdist(theirs, features) / root / unit, strict=True):
        found = space.nearest(model, pixel, most=5)
        assert [position for position, _ in found] == np.argsort(distances)[:5].tolist()
        assert [distance for _, distance in found] == pytest.approx(np.sort(distances)[:5], rel=1e-3)


def test_a_polygon_is_as_near_as_its_nearest_pixel(model, support):
    label = np.repeat([1, 2, 3, 4, 5, 6], [4, 2, 3, 2, 4, 3])
    space = LabelSpace.of(model, named(support, label))
    found = space.nearest(model, support.reflectance[5], most=3)
    assert found[0] == (5, pytest.approx(0, abs=1e-5))
    labels = [int(label[position]) for position, _ in found]
    assert len(set(labels)) == 3
    distances = LabelSpace.of(model, named(support, np.arange(18))).nearest(
        model, support.reflectance[5], most=18
    )
    order = [int(label[position]) for position, _ in distances]
    assert labels == list(dict.fromkeys(order))[:3]


def test_where_no_class_has_two_labels_all_of_them_are_the_measure(model, support):
    rows = [0, 6, 11]
    few = NamedPixels(
        support.reflectance[rows], support.class_index[rows], np.arange(3), np.arange(3), np.arange(3)
    )
    features = features_of(model, support)[rows]
    assert LabelSpace.of(model, few).unit == pytest.approx(
        np.median(pdist(features)) / np.sqrt(features.shape[1]), rel=1e-4
    )


def test_labels_that_are_all_alike_have_a_measure_too(model, support):
    same = NamedPixels(
        support.reflectance[[0, 0]], np.array([0, 1]), np.array([1, 2]), np.arange(2), np.arange(2)
    )
    found = LabelSpace.of(model, same).nearest(model, support.reflectance[0], most=5)
    assert [distance for _, distance in found] == pytest.approx([0, 0], abs=1e-5)


def test_of_many_pixels_some_of_each_label_are_compared(model, support, monkeypatch):
    monkeypatch.setattr(similarity, "MOST_PIXELS", 8)
    space = LabelSpace.of(model, named(support, np.repeat([1, 2, 3, 4], [9, 2, 2, 5])))
    assert sorted(set(space.pixels.label.tolist())) == [1, 2, 3, 4]
    assert len(space.features) == len(space.pixels.label) == 8


@pytest.mark.parametrize(("most", "labels"), [(40, 40), (13, 12), (3, 3)])
def test_thinning_keeps_labels_before_pixels_and_classes_before_labels(most, labels):
    rng = np.random.default_rng(2)
    label = np.sort(np.concatenate([np.arange(40), rng.integers(0, 40, 160)]))
    class_index = np.minimum(label % 10, 2)
    pixels = NamedPixels(
        rng.random((200, 1, 3), dtype=np.float32), class_index, label, np.arange(200), np.arange(200)
    )
    thin = pixels.thinned(most)
    assert len(thin.label) <= most
    assert len(set(thin.label.tolist())) == labels
    assert set(thin.class_index.tolist()) == {0, 1, 2}
    assert (np.diff(thin.rows) > 0).all()
    np.testing.assert_array_equal(thin.reflectance, pixels.reflectance[thin.rows])
