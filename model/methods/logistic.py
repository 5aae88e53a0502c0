"""Logistic regression."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.methods.band_classifier import fit_on_bands, standardized

if TYPE_CHECKING:
    from model.methods.interface import Classifier
    from model.support import SupportSet

ITERATIONS = 1000
"""At most; scikit-learn's 100 are too few for long series."""


def logistic_regression(support: SupportSet, ways: int, seed: int) -> Classifier:
    """Multinomial logistic regression on the standardized bands of all dates (Cox 1958; Bishop 2006, eq. 4.104).

    p(k | x) = exp(w_k.x + b_k) / sum_j exp(w_j.x + b_j), with w and b where C sum_i -log p(y_i | x_i) + 1/2 ||w||^2 is
    least, C = 1 (L-BFGS).

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: not used; the minimum is unique.

    Raises:
        ValueError: fewer than two classes have a label.
    """
    del seed
    return fit_on_bands(_regression(), support, ways, indices=False)


def logistic_regression_with_indices(support: SupportSet, ways: int, seed: int) -> Classifier:
    """Like `logistic_regression` (Bishop 2006, eq. 4.104), on the bands and common indices of all dates."""
    del seed
    return fit_on_bands(_regression(), support, ways, indices=True)


def _regression() -> Any:  # noqa: ANN401 - scikit-learn has no types
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 - of an extra

    return standardized(LogisticRegression(C=1.0, solver="lbfgs", max_iter=ITERATIONS))
