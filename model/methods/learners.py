"""What a meta-trained method is: a rule to learn from batches of tasks, and what it makes of a support set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeAlias

from torch import Tensor

from model.adaptation import balanced_loss
from model.encoder import EncoderShape
from model.meta_learning.direct import batch_gradient

if TYPE_CHECKING:
    import torch

    from model.adaptation import Support
    from model.encoder import Params
    from model.episodes import Episode
    from model.land_cover import LandCover

Scorer: TypeAlias = Callable[[Tensor], Tensor]
"""Pixels (n, T, PIXEL_INPUTS) of one region -> class scores (n, N)."""


@dataclass(frozen=True, slots=True)
class LearnerSettings:
    """What all methods have in common, so that only the method differs; kept beside the weights."""

    shape: EncoderShape = field(default_factory=EncoderShape)
    steps: int = 5
    """Inner steps T of training, where there are any."""
    inner_rate: float = 0.1
    """Step size alpha, before it is learned where it is."""


class Learner(Protocol):
    """A meta-trained method; a `model.meta_learning.problem.MetaLearner` that can also be used."""

    def init(self, generator: torch.Generator) -> Params:
        """Meta-parameters before any learning."""

    def gradient(self, meta: Params, batch: Episode, /) -> tuple[Params, Tensor]:
        """Meta-gradient and mean loss of a batch of tasks."""

    def fit(self, meta: Params, support: Support, steps: int) -> Scorer:
        """What it makes of the labelled pixels of one region, for use and not for learning.

        Args:
            meta: as made by `init`, after learning.
            support: not a batch.
            steps: inner steps; methods without an inner loop take no notice.
        """


class Rule(Protocol):
    """A meta-learner that adapts by gradient steps: those of `model.meta_learning`."""

    def init(self, generator: torch.Generator) -> Params:
        """Meta-parameters before any learning."""

    def gradient(self, meta: Params, batch: Episode, /) -> tuple[Params, Tensor]:
        """Meta-gradient and mean loss of a batch of tasks."""

    def adapt(self, meta: Params, support: Support, *, steps: int | None = None) -> Params:
        """The phi of a support set."""


@dataclass(frozen=True, slots=True)
class GradientBased:
    """A rule of `model.meta_learning`, on land cover."""

    problem: LandCover
    rule: Rule

    def init(self, generator: torch.Generator) -> Params:
        """See `Learner.init`."""
        return self.rule.init(generator)

    def gradient(self, meta: Params, batch: Episode) -> tuple[Params, Tensor]:
        """See `Learner.gradient`."""
        return self.rule.gradient(meta, batch)

    def fit(self, meta: Params, support: Support, steps: int) -> Scorer:
        """See `Learner.fit`."""
        return partial(self.problem.scores, self.rule.adapt(meta, support, steps=steps), support)


class OnePass(Protocol):
    """A network that reads support set and pixels in one pass, without an inner loop."""

    def init(self, generator: torch.Generator) -> Params:
        """Meta-parameters before any learning."""

    def scores(self, meta: Params, support: Support, pixels: Tensor) -> Tensor:
        """Class scores (n, N)."""


@dataclass(frozen=True, slots=True)
class WithoutInnerLoop:
    """Meta-training of what needs no adapting: the gradient of its query loss."""

    network: OnePass

    def init(self, generator: torch.Generator) -> Params:
        """See `Learner.init`."""
        return self.network.init(generator)

    def task_loss(self, meta: Params, task: Episode) -> Tensor:
        """Query loss of one task, ()."""
        return balanced_loss(self.network.scores(meta, task.support, task.query_pixels), task.query_labels)

    def gradient(self, meta: Params, batch: Episode) -> tuple[Params, Tensor]:
        """See `Learner.gradient`."""
        return batch_gradient(self.task_loss, meta, batch)

    def fit(self, meta: Params, support: Support, steps: int) -> Scorer:
        """See `Learner.fit`."""
        del steps
        return partial(self.network.scores, meta, support)
