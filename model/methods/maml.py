"""Model-agnostic meta-learning, with second derivatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.land_cover import LandCover
from model.meta_learning.descent import Descent
from model.meta_learning.step_sizes import Fixed
from model.meta_learning.unrolled import Unrolled
from model.methods.learners import GradientBased, LearnerSettings
from model.methods.network_classifier import fit_trained

if TYPE_CHECKING:
    from model.methods.interface import Classifier
    from model.support import SupportSet


def learner(settings: LearnerSettings) -> GradientBased:
    """MAML's learner: fixed step size, gradients through all inner steps, prototype head."""
    problem = LandCover(settings.shape)
    return GradientBased(problem, Unrolled(Descent(problem, Fixed(settings.inner_rate), settings.steps)))


def maml(support: SupportSet, ways: int, seed: int) -> Classifier:
    """MAML (Finn et al. 2017, arXiv 1703.03400, algorithm 1).

    Meta-training: theta <- theta - beta grad_theta sum_i L_i(phi_i), phi_i = theta - alpha grad_theta L_i(theta), with
    the derivative of the inner gradient; the head starts from prototypes (Triantafillou et al. 2020, arXiv 1903.03096,
    section 4.2), so that any number of classes will do. At service: gradient steps on the labels.

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: not used; adapting is not random.

    Raises:
        ValueError: fewer than two classes have a label.
        ModelError: no weights.
    """
    del seed
    return fit_trained("maml", learner, support, ways)
