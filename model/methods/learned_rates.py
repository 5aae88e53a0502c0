"""Learned step sizes per tensor and per step, as in MAML++."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.land_cover import LandCover
from model.meta_learning.descent import Descent
from model.meta_learning.step_sizes import PerTensorAndStep
from model.meta_learning.unrolled import Unrolled
from model.methods.learners import GradientBased, LearnerSettings
from model.methods.network_classifier import fit_trained

if TYPE_CHECKING:
    from model.methods.interface import Classifier
    from model.support import SupportSet


def learner(settings: LearnerSettings) -> GradientBased:
    """MAML's learner with learned step sizes per tensor and step."""
    problem = LandCover(settings.shape)
    step_sizes = PerTensorAndStep(settings.inner_rate, settings.steps)
    return GradientBased(problem, Unrolled(Descent(problem, step_sizes, settings.steps)))


def learned_rates(support: SupportSet, ways: int, seed: int) -> Classifier:
    """MAML with learned step sizes (Antoniou et al. 2019, arXiv 1810.09502, section 4, "LSLR").

    Meta-training: phi_t+1 = phi_t - alpha_(t, tensor) grad L(phi_t); theta and log alpha follow grad L(phi_T).
    This is the inner loop of `default` alone: without the linear part, and with step sizes that
    are the same at any number of labels. At service: gradient steps on the labels; those after the trained ones take
    the last one's sizes.

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: not used; adapting is not random.

    Raises:
        ValueError: fewer than two classes have a label.
        ModelError: no weights.
    """
    del seed
    return fit_trained("learned-rates", learner, support, ways)
