"""The method of the product: the shipped initialization, adapted as a request adapts it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from model.adapted import adapt
from model.checkpoint import load_initialization

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from model.adapted import AdaptedModel
    from model.checkpoint import Initialization
    from model.methods.interface import Classifier
    from model.support import SupportSet


@dataclass(frozen=True, slots=True)
class AdaptedClassifier:
    """An adapted network with a score for every class of the region, labelled or not."""

    adapted: AdaptedModel
    ways: int

    def __call__(self, reflectance: NDArray[np.float32]) -> NDArray[np.float64]:
        """(n, T, B) -> (n, ways); minus infinity for classes without a label."""
        scores = np.full((len(reflectance), self.ways), -np.inf)
        scores[:, self.adapted.classes] = self.adapted.scores(reflectance)
        return scores


def default(support: SupportSet, ways: int, seed: int) -> Classifier:
    """Adapt the shipped initialization (MAML, Finn et al. 2017, arXiv 1703.03400, algorithm 2, lines 5 to 6).

    What `landshot adapt` and `POST /adapt` do with the same labels: `model.adapted.adapt`.

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: not used; adapting is not random.

    Raises:
        ValueError: fewer than two classes have a label.
        ModelError: the shipped weights are missing or altered.
    """
    del seed
    return AdaptedClassifier(adapt(_shipped(), support), ways)


@cache
def _shipped() -> Initialization:
    return load_initialization()
