"""MAML with implicit gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.land_cover import LandCover
from model.meta_learning.implicit import Implicit
from model.methods.learners import GradientBased, LearnerSettings
from model.methods.network_classifier import fit_trained

if TYPE_CHECKING:
    from model.methods.interface import Classifier
    from model.support import SupportSet

STRENGTH = 1.0
"""lambda, how strongly the adapted parameters are held to the start."""

ALPHA = 0.01
"""At most this step size: no derivative of the inner loop teaches theta to bear longer steps, and 0.1 diverges."""


def learner(settings: LearnerSettings) -> GradientBased:
    """The learner of iMAML."""
    problem = LandCover(settings.shape)
    alpha = min(ALPHA, settings.inner_rate)
    return GradientBased(problem, Implicit(problem, alpha, settings.steps, strength=STRENGTH))


def imaml(support: SupportSet, ways: int, seed: int) -> Classifier:
    """Implicit MAML (Rajeswaran et al. 2019, arXiv 1909.04630, algorithms 1 and 2).

    Meta-training: theta <- theta - beta sum_i (I + H_i / lambda)^-1 grad L_i(phi_i), phi_i the minimum of
    L_i(phi) + lambda / 2 |phi - theta|^2; five conjugate gradient iterations (section 3.1 there). At service: gradient
    steps on that same objective.

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: not used; adapting is not random.

    Raises:
        ValueError: fewer than two classes have a label.
        ModelError: no weights.
    """
    del seed
    return fit_trained("imaml", learner, support, ways)
