"""The learner of the product: what the shipped weights are of, how they are trained, and how labels adapt them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.land_cover import LandCover
from model.meta_learning.descent import Descent
from model.meta_learning.step_sizes import PerTensorAndStep
from model.meta_learning.unrolled import Unrolled

if TYPE_CHECKING:
    from model.adaptation import Support
    from model.encoder import EncoderShape
    from model.episodes import Episode


def default_learner(
    shape: EncoderShape,
    steps: int = 5,
    inner_rate: float = 0.1,
    *,
    first_order: bool = False,
    tolerance: float = 0.0,
) -> Unrolled[Support, Episode]:
    """MAML (Finn et al. 2017, arXiv 1703.03400) from a prototype head, with step sizes learned per tensor and step.

    The step sizes (Antoniou et al. 2019, arXiv 1810.09502, section 4, "LSLR") also follow the number of labels, as
    one wants other steps than twenty: alpha_(t, tensor) K^slope_tensor at K labels per class.

    Args:
        shape: layer sizes.
        steps: inner steps T, of training and wherever no other number is asked for.
        inner_rate: every alpha before it is learned.
        first_order: take meta-gradients without second derivatives.
        tolerance: of wrong labels, see `model.adaptation.balanced_loss`.
    """
    problem = LandCover(shape, shot_slopes=True, tolerance=tolerance)
    return Unrolled(Descent(problem, PerTensorAndStep(inner_rate, steps), steps), first_order=first_order)
