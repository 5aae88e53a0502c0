"""A meta-trained network as a method of the harness: from reflectance to its inputs, and from its scores to a class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from model.adaptation import Support
from model.adapted import pixel_inputs, region_statistics
from model.methods.trained import load_trained
from model.spectral import RegionStatistics, Resampling, region_inputs

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from model.methods.learners import Learner, LearnerSettings, Scorer
    from model.support import SupportSet

CHUNK = 2048
"""Pixels that are scored at a time; bounds memory."""


@dataclass(frozen=True, slots=True)
class NetworkClassifier:
    """A scorer of network inputs, with the region that it was fitted to."""

    scorer: Scorer
    resampling: Resampling
    statistics: RegionStatistics
    labelled: NDArray[np.bool_]
    """(ways,) whether a class has a label."""

    def __call__(self, reflectance: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, T, B) -> (n, ways); minus infinity for classes without a label."""
        scores = np.full((len(reflectance), self.labelled.size), -np.inf)
        for begin in range(0, len(reflectance), CHUNK):
            rows = slice(begin, begin + CHUNK)
            pixels = pixel_inputs(reflectance[rows], self.resampling, self.statistics)
            with torch.no_grad():
                found = self.scorer(torch.from_numpy(pixels)).numpy().astype(np.float64)
            scores[rows, self.labelled] = found[:, self.labelled]
        return scores


def fit_network(fit: Callable[[Support], Scorer], support: SupportSet, ways: int) -> NetworkClassifier:
    """Fit to the labelled pixels of one region.

    Args:
        fit: pixels as the network reads them, labels (S, ways) one-hot -> scorer.
        support: the labelled pixels.
        ways: number of classes.

    Raises:
        ValueError: fewer than two classes have a label.
    """
    labelled = np.bincount(support.class_index, minlength=ways) > 0
    if labelled.sum() < 2:
        raise ValueError("it needs labels of at least two classes, and the support has one")
    resampling = Resampling.of(support.wavelengths_nm)
    statistics = region_statistics(support.background, resampling)
    tensors = Support(
        torch.from_numpy(pixel_inputs(support.reflectance, resampling, statistics)),
        torch.from_numpy(np.eye(ways, dtype=np.float32)[support.class_index]),
        torch.from_numpy(region_inputs(resampling, statistics)),
    )
    with torch.no_grad():
        scorer = fit(tensors)
    return NetworkClassifier(scorer, resampling, statistics, labelled)


def fit_trained(
    name: str, learner: Callable[[LearnerSettings], Learner], support: SupportSet, ways: int
) -> NetworkClassifier:
    """Fit a meta-trained method to the labelled pixels of one region.

    Args:
        name: of the method, as that of its weights.
        learner: settings -> the learner that the weights are of.
        support: the labelled pixels.
        ways: number of classes.

    Raises:
        ValueError: fewer than two classes have a label.
        ModelError: the method was not trained yet, or its weights were altered.
    """
    trained = load_trained(name)

    def fit(tensors: Support) -> Scorer:
        return learner(trained.settings).fit(trained.meta, tensors, trained.steps)

    return fit_network(fit, support, ways)
