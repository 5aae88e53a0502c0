"""From what cross-validation found to what is told of it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from sklearn import metrics

from app.adaptations.validation import MOST_SUSPICIOUS, Validation
from geodata.legend import Legend
from model.cross_validation import CrossValidation

LEGEND = Legend.from_json(
    [{"value": 10 + n, "name": name} for n, name in enumerate(("crops", "grass", "town", "water"))]
)


def validation(truth, predicted, *, labels=None, probability=None, given=None):
    truth, predicted = (np.array(values, dtype=np.int64) for values in (truth, predicted))
    names = np.arange(len(truth)) + 1
    shares = np.full(len(truth), 0.8) if probability is None else np.array(probability)
    outcome = CrossValidation(5 if len(truth) else 0, names, truth, predicted, shares)
    counts = np.bincount(truth, minlength=4) if labels is None else np.array(labels)
    return Validation("a" * 32, 2, LEGEND, counts, given or int(counts.sum()), outcome)


@pytest.fixture(scope="module")
def drawn():
    truth, other = np.random.default_rng(0).integers(0, 4, (2, 60))
    return truth, np.where(np.arange(60) % 3 == 0, other, truth)


def test_figures_are_those_of_scikit_learn(drawn):
    truth, predicted = drawn
    found = validation(truth, predicted).to_json()
    assert found["matrix"] == metrics.confusion_matrix(truth, predicted).tolist()
    assert found["accuracy"] == pytest.approx(metrics.accuracy_score(truth, predicted), abs=1e-6)
    assert found["balanced_accuracy"] == pytest.approx(
        metrics.balanced_accuracy_score(truth, predicted), abs=1e-6
    )
    precision, recall, _, support = metrics.precision_recall_fscore_support(truth, predicted)
    assert [c["precision"] for c in found["classes"]] == pytest.approx(precision.tolist(), abs=1e-6)
    assert [c["recall"] for c in found["classes"]] == pytest.approx(recall.tolist(), abs=1e-6)
    assert [c["labels"] for c in found["classes"]] == support.tolist()
    low, high = found["interval"]
    assert 0 < low < found["accuracy"] < high < 1
    assert (found["labels"], found["folds"], found["not_validated"]) == (60, 5, [])


def test_labels_that_others_contradict_come_by_how_surely_they_do():
    found = validation(
        [0, 0, 1, 1, 3, 3], [1, 0, 0, 3, 3, 1], probability=[0.6, 0.9, 0.95, 0.4, 0.99, 0.95]
    ).to_json()
    assert found["suspicious_labels"] == [
        {"label": 3, "class": "grass", "predicted": "crops", "probability": 0.95},
        {"label": 6, "class": "water", "predicted": "grass", "probability": 0.95},
        {"label": 1, "class": "crops", "predicted": "grass", "probability": 0.6},
    ]


def test_of_very_many_suspicious_labels_the_surest_are_told():
    shares = np.linspace(0.5, 1, 300)
    found = validation(np.zeros(300), np.ones(300), probability=shares).to_json()["suspicious_labels"]
    assert len(found) == MOST_SUSPICIOUS
    assert [entry["label"] for entry in found] == list(range(300, 200, -1))


def test_classes_with_one_label_or_none_are_named_with_the_reason():
    found = validation([0, 0, 1, 1], [0, 2, 1, 1], labels=[2, 2, 1, 0]).to_json()
    assert [(c["name"], c["labels"]) for c in found["not_validated"]] == [("town", 1), ("water", 0)]
    assert "one label" in found["not_validated"][0]["reason"]
    assert "No label" in found["not_validated"][1]["reason"]
    town = found["classes"][2]
    assert (town["recall"], town["precision"]) == (None, None), "nobody has asked for a label of it"
    assert found["matrix"][0] == [1, 0, 1, 0]
    assert found["balanced_accuracy"] == pytest.approx(0.75)


def test_a_class_that_nothing_was_taken_for_has_no_precision():
    found = validation([0, 0, 1, 1], [0, 0, 0, 0]).to_json()
    assert (found["classes"][1]["recall"], found["classes"][1]["precision"]) == (0.0, None)


def test_too_few_labels_are_no_error():
    found = validation([], [], labels=[1, 1, 0, 0]).to_json()
    assert (found["folds"], found["labels"]) == (0, 0)
    assert found["accuracy"] is found["balanced_accuracy"] is found["interval"] is None
    assert len(found["not_validated"]) == 4
    assert np.shape(found["matrix"]) == (4, 4)
    assert found["suspicious_labels"] == []
    assert "two labels" in found["note"]


def test_the_note_says_where_not_all_labels_were_used():
    assert "labels were used" not in validation([0, 0, 1, 1], [0, 0, 1, 1]).note
    assert "4 of 5,000 labels were used" in validation([0, 0, 1, 1], [0, 0, 1, 1], given=5000).note


def test_all_of_it_is_json(drawn):
    for found in (validation(*drawn), validation([], [], labels=[1, 1, 0, 0])):
        document = found.to_json()
        assert json.loads(json.dumps(document, allow_nan=False)) == document
