"""Support vector machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.methods.band_classifier import fit_on_bands, standardized

if TYPE_CHECKING:
    from model.methods.interface import Classifier
    from model.support import SupportSet


def svm(support: SupportSet, ways: int, seed: int) -> Classifier:
    """Support vector machine on the standardized bands of all dates (Cortes & Vapnik 1995, eq. 9 and 23).

    Between each two classes f(x) = sum_i a_i y_i exp(-g ||x - x_i||^2) + b with 0 <= a_i <= C, C = 1 and
    g = 1 / (F Var x); the score of a class is the number of its votes, equal votes being told apart by the sum of f.

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: not used; the minimum is unique.

    Raises:
        ValueError: fewer than two classes have a label.
    """
    del seed
    return fit_on_bands(_machine(), support, ways, indices=False)


def svm_with_indices(support: SupportSet, ways: int, seed: int) -> Classifier:
    """Like `svm` (Cortes & Vapnik 1995, eq. 9 and 23), on the bands and common indices of all dates."""
    del seed
    return fit_on_bands(_machine(), support, ways, indices=True)


def _machine() -> Any:  # noqa: ANN401 - scikit-learn has no types
    from sklearn.svm import SVC  # noqa: PLC0415 - of an extra

    return standardized(SVC(C=1.0, kernel="rbf", gamma="scale", decision_function_shape="ovr"))
