"""The outer loop: Adam along a cosine on the meta-gradients, whichever method makes them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable

    from model.meta_learning.problem import MetaLearner, Params, TaskT


@dataclass(frozen=True, slots=True)
class OuterSettings:
    """How theta follows the meta-gradients."""

    batches: int
    learning_rate: float = 2e-3
    """At the start; it falls to zero along a cosine (Loshchilov & Hutter 2017, arXiv 1608.03983, eq. 5)."""
    paces: tuple[tuple[str, float], ...] = ()
    """Beginning of a name -> how much faster than the others those parameters move; the first that fits counts."""
    clip: float = 1.0
    """Longest gradient, by its Euclidean norm: one odd batch must not throw theta away."""
    averaging: float = 0.998
    """Decay of the running average of the parameters, which is the result (Polyak & Juditsky 1992)."""

    def pace(self, name: str) -> float:
        """How fast this parameter moves."""
        return next((factor for start, factor in self.paces if name.startswith(start)), 1.0)


class OuterLoop:
    """The state of the outer loop."""

    def __init__(self, meta: Params, settings: OuterSettings) -> None:
        """Begin at `meta`, which is left unchanged."""
        self.settings = settings
        self.meta = {name: value.detach().clone().requires_grad_() for name, value in meta.items()}
        self.average = {name: value.detach().clone() for name, value in meta.items()}
        groups: list[dict[str, Any]] = [
            {"params": [value], "factor": settings.pace(name)} for name, value in self.meta.items()
        ]
        self.optimizer = torch.optim.Adam(groups, lr=settings.learning_rate)
        self.batch = 0

    def current(self) -> Params:
        """The meta-parameters at which the next gradient is wanted."""
        return {name: value.detach() for name, value in self.meta.items()}

    def step(self, slopes: Params) -> None:
        """Follow the gradient of one batch: Adam (Kingma & Ba 2015, arXiv 1412.6980, algorithm 1)."""
        done = self.batch / self.settings.batches
        rate = self.settings.learning_rate * 0.5 * (1 + math.cos(math.pi * done))
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        norm = torch.stack([(g**2).sum() for g in slopes.values()]).sum().sqrt()
        shrink = (self.settings.clip / norm.clamp_min(1e-12)).clamp_max(1.0)
        for name, value in self.meta.items():
            value.grad = slopes[name] * shrink
        self.optimizer.step()
        self.batch += 1
        decay = min(self.settings.averaging, self.batch / (self.batch + 10))
        for name, value in self.meta.items():
            self.average[name].lerp_(value.detach(), 1 - decay)


def meta_learn(
    learner: MetaLearner[TaskT],
    draw: Callable[[int], TaskT],
    settings: OuterSettings,
    generator: torch.Generator,
    told: Callable[[OuterLoop, float], None] | None = None,
) -> Params:
    """Meta-train from the beginning.

    Args:
        learner: which gradients to follow.
        draw: number of a batch, from 0 -> the batch; with the generator's seed it determines the result.
        settings: of the outer loop.
        generator: of the random start.
        told: called after each batch with the state and the batch's loss; may raise to stop.

    Returns:
        The averaged meta-parameters.
    """
    loop = OuterLoop(learner.init(generator), settings)
    for number in range(settings.batches):
        slopes, loss = learner.gradient(loop.current(), draw(number))
        loop.step(slopes)
        if told is not None:
            told(loop, float(loss))
    return loop.average
