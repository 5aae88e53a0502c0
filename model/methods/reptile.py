"""Reptile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.land_cover import LandCover
from model.meta_learning.descent import Descent
from model.meta_learning.displacement import Displacement
from model.meta_learning.step_sizes import Fixed
from model.methods.learners import GradientBased, LearnerSettings
from model.methods.network_classifier import fit_trained

if TYPE_CHECKING:
    from model.methods.interface import Classifier
    from model.support import SupportSet

ALPHA = 0.03
"""At most this step size: no derivative of the inner loop teaches theta to bear longer steps, and 0.1 diverges."""


def learner(settings: LearnerSettings) -> GradientBased:
    """Reptile's learner: the inner loop takes support and query in turns."""
    problem = LandCover(settings.shape)
    alpha = min(ALPHA, settings.inner_rate)
    return GradientBased(problem, Displacement(Descent(problem, Fixed(alpha), settings.steps), alpha))


def reptile(support: SupportSet, ways: int, seed: int) -> Classifier:
    """Reptile (Nichol et al. 2018, arXiv 1803.02999, algorithm 1).

    Meta-training: theta <- theta + epsilon mean_i (phi_i - theta), phi_i after k gradient steps on the task's data; no
    derivative of the inner loop. The head's prototypes are the task's own, so what moves is the encoder; the
    temperature of the head stays as it began, as no displacement tells about it. At service:
    gradient steps on the labels.

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: not used; adapting is not random.

    Raises:
        ValueError: fewer than two classes have a label.
        ModelError: no weights.
    """
    del seed
    return fit_trained("reptile", learner, support, ways)
