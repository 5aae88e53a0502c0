"""Almost no inner loop: only the head is adapted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.land_cover import HEAD, LandCover
from model.meta_learning.descent import Descent
from model.meta_learning.step_sizes import Fixed
from model.meta_learning.unrolled import Unrolled
from model.methods.learners import GradientBased, LearnerSettings
from model.methods.network_classifier import fit_trained

if TYPE_CHECKING:
    from model.methods.interface import Classifier
    from model.support import SupportSet


def learner(settings: LearnerSettings) -> GradientBased:
    """MAML's learner whose inner loop moves only the head."""
    problem = LandCover(settings.shape)
    step_sizes = Fixed(settings.inner_rate, adapts=is_head)
    return GradientBased(problem, Unrolled(Descent(problem, step_sizes, settings.steps)))


def is_head(name: str) -> bool:
    """Whether a tensor belongs to the head."""
    return name.startswith(HEAD)


def anil(support: SupportSet, ways: int, seed: int) -> Classifier:
    """ANIL (Raghu et al. 2020, arXiv 1909.09157, eq. 2).

    Meta-training: as MAML, with theta_encoder unchanged in the inner loop, head' = head - alpha grad_head L; the outer
    loop moves all. At service: gradient steps on the labels, of the head alone.

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: not used; adapting is not random.

    Raises:
        ValueError: fewer than two classes have a label.
        ModelError: no weights.
    """
    del seed
    return fit_trained("anil", learner, support, ways)
