"""Nearest neighbour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.methods.band_classifier import fit_on_bands, standardized

if TYPE_CHECKING:
    from model.methods.interface import Classifier
    from model.support import SupportSet


def nearest(support: SupportSet, ways: int, seed: int) -> Classifier:
    """The class of the nearest labelled pixel in the standardized bands of all dates (Cover & Hart 1967, eq. 1).

    y(x) = y_i with i = argmin_i ||x - x_i||; the score is one for that class and zero for the others.

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: not used; nothing is random.

    Raises:
        ValueError: fewer than two classes have a label.
    """
    del seed
    return fit_on_bands(_neighbour(), support, ways, indices=False)


def nearest_with_indices(support: SupportSet, ways: int, seed: int) -> Classifier:
    """Like `nearest` (Cover & Hart 1967, eq. 1), on the bands and common indices of all dates."""
    del seed
    return fit_on_bands(_neighbour(), support, ways, indices=True)


def _neighbour() -> Any:  # noqa: ANN401 - scikit-learn has no types
    from sklearn.neighbors import KNeighborsClassifier  # noqa: PLC0415 - of an extra

    return standardized(KNeighborsClassifier(n_neighbors=1))
