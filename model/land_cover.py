"""Land cover as a family of tasks for `model.meta_learning`: the network, its losses, and where its head starts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from model.adaptation import balanced_loss, class_counts, log_shots, logits, prototype_head
from model.encoder import EncoderShape, Params, encode, init_encoder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from model.adaptation import Support
    from model.episodes import Episode

HEAD = "head."
"""Beginning of the names of the head's parameters, in theta and in phi."""

SLOPE = "slope."
"""Beginning of the names of the slopes of log step sizes over the log of the labels per class, in theta."""


@dataclass(frozen=True, slots=True)
class LandCover:
    """A `model.meta_learning.problem.Problem`: theta is the encoder and the temperature of the prototype head."""

    shape: EncoderShape

    shot_slopes: bool = False
    """Let theta also have a slope for each tensor, by which its step size follows the labels per class."""

    tolerance: float = 0.0
    """Of wrong labels in the support set, see `model.adaptation.balanced_loss`; queries are not doubted."""

    def init(self, generator: torch.Generator) -> Params:
        """A random encoder, and log s of the prototype head (`model.adaptation.prototype_head`)."""
        theta = {
            **init_encoder(self.shape, generator),
            "head.scale": torch.tensor(-math.log(self.shape.features / 4)),
            "head.scale.slope": torch.tensor(0.0),  # over the log of the labels per class
            "head.scale.dates": torch.tensor(0.0),  # over the log of the number of dates
        }
        moved = self.step_shapes(theta) if self.shot_slopes else ()
        return theta | {f"{SLOPE}{name}": torch.tensor(0.0) for name in moved}

    def support(self, task: Episode) -> Support:
        """The labelled pixels."""
        return task.support

    def start(self, theta: Params, support: Support) -> Params:
        """The encoder, and a head that equals a prototypical network: any number of classes, in any order."""
        features = encode(theta, support.pixels, support.region)
        scale = (
            theta["head.scale"]
            + theta["head.scale.slope"] * log_shots(support.labels)
            + theta["head.scale.dates"] * math.log(features.shape[-2])
        )
        return _encoder(theta) | prototype_head(features, support.labels, scale.exp())

    def step_shapes(self, theta: Params) -> Mapping[str, torch.Size]:
        """One step size per parameter; of the head per feature, as classes and dates are any number."""
        shapes = {name: value.shape for name, value in _encoder(theta).items()}
        return shapes | {"head.weight": torch.Size([self.shape.features]), "head.bias": torch.Size([])}

    def step_factors(self, theta: Params, support: Support) -> Params:
        """K labels per class and a slope of s make a step K^s times as long; dates lengthen those of the head.

        The score is a mean over dates, so that the head's weights of each date see only a share of the gradient.
        """
        shots = log_shots(support.labels)
        slopes = {name.removeprefix(SLOPE): s for name, s in theta.items() if name.startswith(SLOPE)}
        factors = {name: (slope * shots).exp() for name, slope in slopes.items()}
        head = factors.get("head.weight", torch.ones_like(shots))
        return factors | {"head.weight": head * support.pixels.shape[-2]}

    def support_loss(self, phi: Params, support: Support) -> Tensor:
        """Cross-entropy of the labelled pixels, all classes weighing the same."""
        return balanced_loss(self.scores(phi, support, support.pixels), support.labels, self.tolerance)

    def query_loss(self, phi: Params, task: Episode) -> Tensor:
        """The same of the query."""
        return balanced_loss(self.scores(phi, task.support, task.query_pixels), task.query_labels)

    def scores(self, phi: Params, support: Support, pixels: Tensor) -> Tensor:
        """Class scores (n, N) of pixels of the support's region."""
        return logits(self.network(phi), pixels, support.region, class_counts(support.labels))

    def network(self, phi: Params) -> Params:
        """Parameters as encoder and head read them; a subclass may adapt others."""
        return phi


def _encoder(theta: Params) -> Params:
    return {name: value for name, value in theta.items() if not name.startswith((HEAD, SLOPE))}
