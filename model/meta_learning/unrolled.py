"""Meta-gradients through the inner loop itself: MAML and its first-order approximation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

import torch
from torch.func import vmap

from model.meta_learning.direct import gradient_of
from model.meta_learning.problem import SupportT, TaskT

if TYPE_CHECKING:
    from torch import Tensor

    from model.meta_learning.descent import Descent
    from model.meta_learning.problem import Params


@dataclass(frozen=True, slots=True)
class Unrolled(Generic[SupportT, TaskT]):
    """grad_theta sum_tasks L_query(phi_T(theta)) (Finn et al. 2017, arXiv 1703.03400, algorithm 1).

    The step from phi_t to phi_t+1 has the derivative I - alpha H_t, which automatic differentiation multiplies by
    without ever making H_t; time and memory grow linearly with T.
    """

    descent: Descent[SupportT, TaskT]
    first_order: bool = False
    """Take I for I - alpha H (FOMAML, section 5.2 there): the gradient at phi_T, applied to theta."""

    every_step: bool = False
    """Mean of the query losses after each step instead of the last one's (Antoniou et al. 2019, eq. 3, "MSL")."""

    def init(self, generator: torch.Generator) -> Params:
        """See `Descent.init`."""
        return self.descent.init(generator)

    def adapt(self, meta: Params, support: SupportT, *, steps: int | None = None) -> Params:
        """See `Descent.adapt`."""
        return self.descent.adapt(meta, support, steps=steps)

    def task_loss(self, meta: Params, task: TaskT) -> Tensor:
        """Query loss of one task after adapting, ()."""
        problem = self.descent.problem
        path = list(self.descent.path(meta, problem.support(task), first_order=self.first_order))
        return torch.stack([problem.query_loss(phi, task) for phi in self._asked(path)]).mean()

    def batch_loss(self, meta: Params, batch: TaskT) -> Tensor:
        """Mean query loss of a batch of tasks, all computed at once; `meta` has to be recorded."""
        problem = self.descent.problem
        paths = list(self.descent.paths(meta, problem.support(batch), first_order=self.first_order))
        return torch.stack([vmap(problem.query_loss)(phi, batch) for phi in self._asked(paths)]).mean()

    def gradient(self, meta: Params, batch: TaskT) -> tuple[Params, Tensor]:
        """Meta-gradient and mean loss of a batch of tasks."""
        return gradient_of(lambda values: self.batch_loss(values, batch), meta)

    def _asked(self, path: list[Params]) -> list[Params]:
        """Of phi_0 ... phi_T, those whose query loss counts."""
        return path[1:] if self.every_step else path[-1:]
