"""First-order MAML."""

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
    """MAML's learner without second derivatives."""
    problem = LandCover(settings.shape)
    descent = Descent(problem, Fixed(settings.inner_rate), settings.steps)
    return GradientBased(problem, Unrolled(descent, first_order=True))


def fomaml(support: SupportSet, ways: int, seed: int) -> Classifier:
    """First-order MAML (Finn et al. 2017, arXiv 1703.03400, section 5.2).

    Meta-training: as MAML with d phi / d theta taken for the identity, theta <- theta - beta sum_i grad_phi L_i(phi_i):
    the gradient at the adapted parameters moves the start. The prototype head is differentiated as it is. At service:
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
    return fit_trained("fomaml", learner, support, ways)
