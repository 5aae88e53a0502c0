"""Meta-learning from where the inner loop arrives, without differentiating it: Reptile."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

import torch
from torch.func import vmap

from model.meta_learning.inner import gradient_step
from model.meta_learning.problem import SupportT, TaskT

if TYPE_CHECKING:
    from torch import Tensor

    from model.meta_learning.descent import Descent
    from model.meta_learning.problem import Params


@dataclass(frozen=True, slots=True)
class Displacement(Generic[SupportT, TaskT]):
    """theta <- theta + epsilon (phi_k - theta) (Nichol et al. 2018, arXiv 1803.02999, algorithm 1).

    (theta - phi_k) / (alpha k) stands for the gradient, so that any outer optimizer can follow it (section 3 there).
    There is no held-out set: the steps take the task's data in turns, the support and then the query set, as Reptile's
    steps take different mini-batches. Were they always the same, no term would draw their gradients together
    (section 5.1). With k = 1 it is joint training on the support sets.

    Step sizes must be given, not learned: nothing here tells how they should change.
    """

    descent: Descent[SupportT, TaskT]
    alpha: float
    """The inner loop's step size."""

    def init(self, generator: torch.Generator) -> Params:
        """See `Descent.init`."""
        return self.descent.init(generator)

    def adapt(self, meta: Params, support: SupportT, *, steps: int | None = None) -> Params:
        """See `Descent.adapt`."""
        return self.descent.adapt(meta, support, steps=steps)

    def gradient(self, meta: Params, batch: TaskT) -> tuple[Params, Tensor]:
        """What stands for the meta-gradient, and the mean query loss; zero for what is not part of phi."""
        travelled, losses = vmap(self._travelled, in_dims=(None, 0))(meta, batch)
        length = self.alpha * self.descent.steps
        return {name: value.mean(dim=0) / length for name, value in travelled.items()}, losses.mean()

    def _travelled(self, meta: Params, task: TaskT) -> tuple[Params, Tensor]:
        """How far one task took theta, theta - phi_k, and its query loss."""
        problem, steps = self.descent.problem, self.descent.steps
        support = problem.support(task)
        start = problem.start(meta, support)
        rates = self.descent.rates(meta, start, problem.step_factors(meta, support))(0)
        phi = start
        for step in range(steps):

            def loss(values: Params, step: int = step) -> Tensor:
                return problem.query_loss(values, task) if step % 2 else problem.support_loss(values, support)

            phi = gradient_step(loss, phi, rates, first_order=True)
        moved = {
            name: meta[name] - phi[name] if name in phi else torch.zeros_like(meta[name]) for name in meta
        }
        return moved, problem.query_loss(phi, task)
