"""A problem and step sizes together: how theta is adapted, to one task or to each of a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

from torch.func import vmap

from model.meta_learning.inner import functional_slope, recorded_slope, trajectory
from model.meta_learning.problem import SupportT, TaskT
from model.meta_learning.step_sizes import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import torch
    from torch import Tensor

    from model.meta_learning.inner import SlopeOf
    from model.meta_learning.problem import Params, Problem
    from model.meta_learning.step_sizes import StepSizes


@dataclass(frozen=True, slots=True)
class Descent(Generic[SupportT, TaskT]):
    """Gradient descent on the support loss from the meta-learned start."""

    problem: Problem[SupportT, TaskT]
    step_sizes: StepSizes
    steps: int
    """T of training."""

    def init(self, generator: torch.Generator) -> Params:
        """Random theta, and the step sizes before learning."""
        theta = self.problem.init(generator)
        return theta | self.step_sizes.init(self.problem.step_shapes(theta))

    def path(
        self,
        meta: Params,
        support: SupportT,
        *,
        steps: int | None = None,
        first_order: bool = False,
        slope_of: SlopeOf = functional_slope,
    ) -> Iterator[Params]:
        """phi_0 ... phi_T of one task.

        Args:
            meta: as made by `init`.
            support: of one task.
            steps: T; as in training when None.
            first_order: see `model.meta_learning.inner.gradient_step`.
            slope_of: see there.
        """

        def loss(phi: Params) -> Tensor:
            return self.problem.support_loss(phi, support)

        theta = _theta(meta)
        start = self.problem.start(theta, support)
        rates = self.rates(meta, start, self.problem.step_factors(theta, support))
        count = self.steps if steps is None else steps
        return trajectory(loss, start, rates, count, first_order=first_order, slope_of=slope_of)

    def paths(self, meta: Params, supports: SupportT, *, first_order: bool = False) -> Iterator[Params]:
        """phi_0 ... phi_T of each task of a batch; the tensors of phi have an axis of tasks in front.

        The gradient of the sum of the tasks' losses, each of its own phi, is the gradient of each: `vmap` is needed
        for the losses only, and ordinary autograd does the rest, which is a third faster than to `vmap` all of `path`.

        Args:
            meta: as made by `init`, and recorded (`requires_grad`).
            supports: of the tasks.
            first_order: see `path`.
        """

        def loss(phi: Params) -> Tensor:
            each: Tensor = vmap(self.problem.support_loss)(phi, supports)
            return each.sum()

        theta = _theta(meta)
        start: Params = vmap(self.problem.start, in_dims=(None, 0))(theta, supports)
        factors: Params = vmap(self.problem.step_factors, in_dims=(None, 0))(theta, supports)
        # (tasks,) -> (tasks, 1, ...), to multiply what has an axis of tasks in front
        aligned = {name: value.reshape(-1, *[1] * (start[name].dim() - 1)) for name, value in factors.items()}
        rates = self.rates(meta, start, aligned)
        return trajectory(loss, start, rates, self.steps, first_order=first_order, slope_of=recorded_slope)

    def adapt(self, meta: Params, support: SupportT, *, steps: int | None = None) -> Params:
        """phi_T of one task, for use and not for learning."""
        *_, phi = self.path(meta, support, steps=steps, first_order=True, slope_of=recorded_slope)
        return phi

    def rates(
        self, meta: Params, start: Params, factors: Params
    ) -> Callable[[int], dict[str, Tensor | float]]:
        """Number of the step -> step sizes, see `model.meta_learning.inner.trajectory`.

        Args:
            meta: as made by `init`.
            start: phi_0.
            factors: as the problem's `step_factors`, broadcastable to phi's tensors.
        """

        def at(step: int) -> dict[str, Tensor | float]:
            sizes = self.step_sizes.at(meta, step, start)
            return {name: size * factors.get(name, 1.0) for name, size in sizes.items()}

        return at


def _theta(meta: Params) -> Params:
    return {name: value for name, value in meta.items() if not name.startswith(PREFIX)}
