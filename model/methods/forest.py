"""Random forest: what most land-cover maps are made with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.methods.band_classifier import fit_on_bands

if TYPE_CHECKING:
    from model.methods.interface import Classifier
    from model.support import SupportSet

TREES = 100


def random_forest(support: SupportSet, ways: int, seed: int) -> Classifier:
    """Vote of 100 trees on the bands of all dates (Breiman 2001, "Random Forests", definition 1.1).

    Each tree is grown on a bootstrap sample, and each of its splits chosen among sqrt(F) features drawn at random;
    the score is 1/K sum_k p_k(class | x), the mean of the class shares in the leaves that the pixel falls into.

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: of bootstrap samples and features.

    Raises:
        ValueError: fewer than two classes have a label.
    """
    return fit_on_bands(_forest(seed), support, ways, indices=False)


def random_forest_with_indices(support: SupportSet, ways: int, seed: int) -> Classifier:
    """Like `random_forest` (Breiman 2001, definition 1.1), on the bands and common indices of all dates."""
    return fit_on_bands(_forest(seed), support, ways, indices=True)


def _forest(seed: int) -> Any:  # noqa: ANN401 - scikit-learn has no types
    from sklearn.ensemble import RandomForestClassifier  # noqa: PLC0415 - of an extra

    return RandomForestClassifier(TREES, n_jobs=1, random_state=seed)
