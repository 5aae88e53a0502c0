"""A classifier of scikit-learn's, on a pixel's bands, as a method of the harness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from model.methods.band_features import BandFeatures

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.support import SupportSet


@dataclass(frozen=True, slots=True)
class BandClassifier:
    """Scores from a pixel's bands, and indices where they are wanted."""

    features: BandFeatures
    estimator: Any
    """Fitted, with scikit-learn's `classes_` and `predict_proba` or `decision_function`."""

    ways: int

    def __call__(self, reflectance: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, T, B) -> (n, ways); minus infinity for classes without a label."""
        rows = self.features(reflectance)
        if hasattr(self.estimator, "predict_proba"):
            found = np.asarray(self.estimator.predict_proba(rows))
        else:
            found = np.asarray(self.estimator.decision_function(rows))
            if found.ndim == 1:  # one column for two classes, positive for the second
                found = np.stack([-found, found], axis=1)
        scores = np.full((len(rows), self.ways), -np.inf)
        scores[:, self.estimator.classes_] = found
        return scores


def fit_on_bands(
    estimator: Any,  # noqa: ANN401 - scikit-learn has no types
    support: SupportSet,
    ways: int,
    *,
    indices: bool,
) -> BandClassifier:
    """Turn the labelled pixels into rows, and fit to them.

    Args:
        estimator: not fitted yet; see `BandClassifier`.
        support: the labelled pixels; its background is not looked at.
        ways: number of classes.
        indices: put `band_features.band_indices` beside the bands.

    Raises:
        ValueError: fewer than two classes have a label.
    """
    if np.unique(support.class_index).size < 2:
        raise ValueError("it needs labels of at least two classes, and the support has one")
    features = BandFeatures.of(support, indices=indices)
    return BandClassifier(features, estimator.fit(features(support.reflectance), support.class_index), ways)


def standardized(estimator: Any) -> Any:  # noqa: ANN401 - scikit-learn has no types
    """The estimator behind a `StandardScaler`, which takes mean and spread from the labelled pixels."""
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 - of an extra
    from sklearn.preprocessing import StandardScaler  # noqa: PLC0415

    return make_pipeline(StandardScaler(), estimator)
