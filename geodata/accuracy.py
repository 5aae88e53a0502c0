"""How well a map agrees with what is known to be on the ground."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Figures from a confusion matrix."""

    confusion: NDArray[np.int64]
    """(N, N): [truth, prediction] -> how many."""

    overall: float
    """Share that is right."""

    balanced: float
    """Mean recall of the classes that occur in the truth: every class counts the same."""

    recall: NDArray[np.float64]
    """(N,) share of each class's truth that was found (producer's accuracy); NaN where the truth has none."""

    precision: NDArray[np.float64]
    """(N,) share of each class's predictions that are right (user's accuracy); NaN where there are none."""


def confusion_matrix(
    truth: NDArray[np.integer], predicted: NDArray[np.integer], classes: int
) -> NDArray[np.int64]:
    """Count how often each class was taken for each.

    Args:
        truth: (n,) class index, 0..classes-1.
        predicted: (n,) class index.
        classes: how many there are.

    Returns:
        (classes, classes): rows are the truth, columns the prediction.

    Raises:
        ValueError: shapes differ, or an index is no class.
    """
    if truth.shape != predicted.shape or truth.ndim != 1:
        raise ValueError(f"truth {truth.shape} and prediction {predicted.shape} are both (n,)")
    both = np.concatenate((truth, predicted)).astype(np.int64)
    if len(both) and (both.min() < 0 or both.max() >= classes):
        raise ValueError(f"class indexes are 0..{classes - 1}, got {both.min()}..{both.max()}")
    pairs = truth.astype(np.int64) * classes + predicted.astype(np.int64)
    counts: NDArray[np.int64] = np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
    return counts


def accuracy(truth: NDArray[np.integer], predicted: NDArray[np.integer], classes: int) -> Accuracy:
    """Compare predictions with the truth; the arguments are those of `confusion_matrix`.

    Raises:
        ValueError: nothing to compare, or see `confusion_matrix`.
    """
    confusion = confusion_matrix(truth, predicted, classes)
    if not confusion.sum():
        raise ValueError("accuracy needs at least one sample")
    right = np.diag(confusion).astype(np.float64)
    in_truth, in_prediction = confusion.sum(axis=1), confusion.sum(axis=0)
    recall = np.full(classes, np.nan)
    precision = np.full(classes, np.nan)
    np.divide(right, in_truth, out=recall, where=in_truth > 0)
    np.divide(right, in_prediction, out=precision, where=in_prediction > 0)
    return Accuracy(
        confusion=confusion,
        overall=float(right.sum() / confusion.sum()),
        balanced=float(np.mean(recall[in_truth > 0])),
        recall=recall,
        precision=precision,
    )


def balanced_accuracy(truth: NDArray[np.integer], predicted: NDArray[np.integer], classes: int) -> float:
    """Mean recall of the classes that occur in the truth, 0..1; see `accuracy`."""
    return accuracy(truth, predicted, classes).balanced


def wilson_interval(right: int, count: int) -> tuple[float, float]:
    """The 95 % interval of a share of which `right` of `count` are known (Wilson 1927, JASA 22, 209-212).

    scipy.stats has it too, and takes half a second to load.

    Raises:
        ValueError: `right` is not in 0..count, or count is 0.
    """
    if not 0 <= right <= count or not count:
        raise ValueError(f"{right} of {count} is no share")
    share, square = right / count, _TWO_SIDED_95**2 / count
    middle = share + square / 2
    reach = math.sqrt(square * share * (1 - share) + square**2 / 4)
    return max(0.0, (middle - reach) / (1 + square)), min(1.0, (middle + reach) / (1 + square))


_TWO_SIDED_95 = 1.959963984540054  # standard deviations of a normal distribution
