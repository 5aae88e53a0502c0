"""Meta-SGD: a learned step size for every parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.land_cover import LandCover
from model.meta_learning.descent import Descent
from model.meta_learning.step_sizes import PerParameter
from model.meta_learning.unrolled import Unrolled
from model.methods.learners import GradientBased, LearnerSettings
from model.methods.network_classifier import fit_trained

if TYPE_CHECKING:
    from model.methods.interface import Classifier
    from model.support import SupportSet


def learner(settings: LearnerSettings) -> GradientBased:
    """MAML's learner with learned step sizes per parameter."""
    problem = LandCover(settings.shape)
    descent = Descent(problem, PerParameter(settings.inner_rate), settings.steps)
    return GradientBased(problem, Unrolled(descent))


def meta_sgd(support: SupportSet, ways: int, seed: int) -> Classifier:
    """Meta-SGD (Li et al. 2017, arXiv 1707.09835, eq. 3 and algorithm 1).

    Meta-training: phi = theta - alpha o grad L(theta), a product by element; (theta, alpha) follow grad L(phi).
    The head's step sizes are per feature, as classes and dates are any number. At service: gradient steps on the
    labels with the learned step sizes.

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: not used; adapting is not random.

    Raises:
        ValueError: fewer than two classes have a label.
        ModelError: no weights.
    """
    del seed
    return fit_trained("meta-sgd", learner, support, ways)
