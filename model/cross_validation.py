"""How well labels predict each other: the default learner adapts to some of a region, and is asked for the rest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.adapted import adapt, canonical_order
from model.support import SupportSet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.checkpoint import Initialization

FOLDS = 5

MOST_ONE_BY_ONE = 10
"""Labels up to which each is left out by itself: of so few, a fifth is much."""


@dataclass(frozen=True, slots=True)
class CrossValidation:
    """What was predicted of labels (L,) by a model that did not know them, in the order of their names."""

    folds: int
    """Models that were adapted; 0 where no class has two labels, and then L is 0."""

    label: NDArray[np.int64]
    """(L,) names, ascending; labels that are the only one of their class are not among them."""

    truth: NDArray[np.int64]
    """(L,) class index."""

    predicted: NDArray[np.int64]
    """(L,) class index that most of the label's pixels got; of several, the one with the highest probability."""

    probability: NDArray[np.float64]
    """(L,) of the predicted class, mean over the label's pixels."""


def cross_validate(
    initialization: Initialization, support: SupportSet, label: NDArray[np.int64]
) -> CrossValidation:
    """Leave labels out, fold by fold, adapt to the others, and predict those that were left out.

    Pixels of one label (a polygon) stay together. Folds are stratified: labels of a class are dealt out one by one, so
    that a class with two labels or more has one left in every fold; a class with a single label is always learned
    from. Who gets into which fold follows from the pixels' values, so neither the order of the labels nor how they and
    the classes are numbered matters, to the last bit. The region's statistics are those of the background in all
    folds.

    Args:
        initialization: theta.
        support: the labelled pixels (n,) of at least two classes.
        label: (n,) name of the label that each pixel belongs to; all pixels of a label are of one class.

    Raises:
        ValueError: a label has two classes, or there is only one class.
    """
    order, classes = canonical_order(support)
    reflectance, class_index, names = support.reflectance[order], support.class_index[order], label[order]
    labels, first, of_label = np.unique(names, return_index=True, return_inverse=True)
    truth = class_index[first]
    if (truth[of_label] != class_index).any():
        raise ValueError("all pixels of a label are of one class")
    fold = _folds_of(reflectance, of_label, truth, classes)

    ways = int(class_index.max()) + 1
    predicted, probability = np.full(labels.size, -1), np.zeros(labels.size)
    for number in range(int(fold.max()) + 1):
        out = fold[of_label] == number
        known = SupportSet(reflectance[~out], class_index[~out], support.wavelengths_nm, support.background)
        adapted = adapt(initialization, known)
        scores = adapted.scores(reflectance[out])
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares = np.zeros((len(scores), ways))
        shares[:, adapted.classes] = likely / likely.sum(axis=1, keepdims=True)
        for which in np.flatnonzero(fold == number):
            predicted[which], probability[which] = _most(shares[of_label[out] == which])
    asked = fold >= 0
    return CrossValidation(
        int(fold.max()) + 1, labels[asked], truth[asked], predicted[asked], probability[asked]
    )


def _folds_of(
    reflectance: NDArray[np.float32],
    of_label: NDArray[np.int64],
    truth: NDArray[np.int64],
    classes: NDArray[np.int64],
) -> NDArray[np.int64]:
    """In which fold each label (L,) is left out, -1 for the only one of a class.

    Labels are dealt out class by class, in an order that looks random and follows from their pixels.

    Args:
        reflectance: (n, T, B) in canonical order.
        of_label: (n,) position of each pixel's label.
        truth: (L,) class index.
        classes: (N,) in canonical order.
    """
    values = np.nan_to_num(reflectance, nan=-1.0)
    pixels = np.split(np.argsort(of_label, kind="stable"), np.cumsum(np.bincount(of_label))[:-1])
    digests = [hashlib.sha256(values[mine].tobytes()).digest() for mine in pixels]
    dealt: list[int] = []
    for number in classes:
        members = np.flatnonzero(truth == number).tolist()
        dealt += sorted(members, key=lambda k: digests[k]) if len(members) > 1 else []
    folds = min(FOLDS, len(dealt)) if len(dealt) > MOST_ONE_BY_ONE else len(dealt)
    fold = np.full(truth.size, -1)
    fold[dealt] = np.arange(len(dealt)) % max(folds, 1)
    return fold


def _most(shares: NDArray[np.float64]) -> tuple[int, float]:
    """The class that most pixels (n, N) get, and its mean probability."""
    votes = np.bincount(shares.argmax(axis=1), minlength=shares.shape[1])
    means = shares.mean(axis=0)
    best = int(np.lexsort((means, votes))[-1])
    return best, float(means[best])
