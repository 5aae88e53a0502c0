"""Only the head, and a scale and a shift per hidden layer, are adapted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from model.encoder import HIDDEN
from model.land_cover import HEAD, LandCover
from model.meta_learning.descent import Descent
from model.meta_learning.step_sizes import Fixed
from model.meta_learning.unrolled import Unrolled
from model.methods.learners import GradientBased, LearnerSettings
from model.methods.network_classifier import fit_trained

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model.adaptation import Support
    from model.encoder import Params
    from model.methods.interface import Classifier
    from model.support import SupportSet

LAYERS = {"pixel": ("pixel.weight", "region.weight"), **{layer: (f"{layer}.weight",) for layer in HIDDEN}}
"""Hidden layer -> its weights; its bias is called like the layer."""


class ScaleAndShift(LandCover):
    """Each hidden unit's input a becomes gamma a + beta; gamma = 1 and beta = 0 before adapting."""

    __slots__ = ()

    def start(self, theta: Params, support: Support) -> Params:
        """With scales of one and shifts of zero beside what `LandCover.start` gives."""
        width = theta["pixel.bias"]
        scales = {f"{layer}.scale": torch.ones_like(width) for layer in LAYERS}
        shifts = {f"{layer}.shift": torch.zeros_like(width) for layer in LAYERS}
        return super().start(theta, support) | scales | shifts

    def step_shapes(self, theta: Params) -> Mapping[str, torch.Size]:
        """One step size per parameter."""
        units = theta["pixel.bias"].shape
        moved = {f"{layer}.{kind}": units for layer in LAYERS for kind in ("scale", "shift")}
        return {**super().step_shapes(theta), **moved}

    def network(self, phi: Params) -> Params:
        """Fold: gamma (W x + b) + beta = (gamma W) x + (gamma b + beta)."""
        folded = dict(phi)
        for layer, weights in LAYERS.items():
            scale, shift = phi[f"{layer}.scale"], phi[f"{layer}.shift"]
            folded |= {name: scale.unsqueeze(-1) * phi[name] for name in weights}
            folded[f"{layer}.bias"] = scale * phi[f"{layer}.bias"] + shift
        return folded


def learner(settings: LearnerSettings) -> GradientBased:
    """MAML's learner whose inner loop moves the head, scales and shifts."""
    problem = ScaleAndShift(settings.shape)
    step_sizes = Fixed(settings.inner_rate, adapts=is_adapted)
    return GradientBased(problem, Unrolled(Descent(problem, step_sizes, settings.steps)))


def is_adapted(name: str) -> bool:
    """Whether the inner loop moves a tensor."""
    return name.startswith(HEAD) or name.endswith((".scale", ".shift"))


def scale_and_shift(support: SupportSet, ways: int, seed: int) -> Classifier:
    """Feature-wise linear modulation by gradient steps (Perez et al. 2018, arXiv 1709.07871, eq. 1).

    FiLM(a) = gamma o a + beta per hidden layer, of which MAML's inner loop (Finn et al. 2017, arXiv 1703.03400, eq. 1)
    adapts gamma and beta, and the head; six times the width instead of all weights. Adapting few numbers per layer was
    the strong setting on Meta-Dataset (FLUTE: Triantafillou et al. 2021, arXiv 2105.07029). At service: gradient steps
    on the labels.

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: not used; adapting is not random.

    Raises:
        ValueError: fewer than two classes have a label.
        ModelError: no weights.
    """
    del seed
    return fit_trained("scale-and-shift", learner, support, ways)
