"""Meta-gradients from the optimality of the adapted parameters, whatever path led there: iMAML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic

import torch
from torch.func import grad, grad_and_value, vjp, vmap

from model.meta_learning.inner import functional_slope, recorded_slope, trajectory
from model.meta_learning.problem import SupportT, TaskT

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from model.meta_learning.inner import SlopeOf
    from model.meta_learning.problem import Params, Problem


@dataclass(frozen=True, slots=True)
class Implicit(Generic[SupportT, TaskT]):
    """phi* = argmin L_support(phi) + lambda/2 |phi - theta|^2 (Rajeswaran et al. 2019, arXiv 1909.04630, eq. 3).

    At the minimum grad L_support(phi*) + lambda (phi* - theta) = 0, and differentiating that gives the meta-gradient
    (I + H / lambda)^-1 grad L_query(phi*) (eq. 6), H = the Hessian of L_support at phi*. Conjugate gradients solve
    for it with one product H v each, so memory does not grow with the steps of the inner loop. Where phi starts from
    more than theta (a head made of the support set), the proximal term holds it to that start, and the chain rule goes
    on from there.
    """

    problem: Problem[SupportT, TaskT]
    alpha: float
    """Step size of the inner loop."""
    steps: int
    """T of the inner loop in training; the formula holds as far as they reach the minimum."""
    strength: float = 1.0
    """lambda."""
    iterations: int = 5
    """Of conjugate gradients."""

    def init(self, generator: torch.Generator) -> Params:
        """A random theta; nothing else is learned."""
        return self.problem.init(generator)

    def adapt(self, meta: Params, support: SupportT, *, steps: int | None = None) -> Params:
        """phi*, as near as the steps come to it."""
        count = self.steps if steps is None else steps
        return self._minimize(meta, self.problem.start(meta, support), support, count, recorded_slope)

    def gradient(self, meta: Params, batch: TaskT) -> tuple[Params, Tensor]:
        """Meta-gradient and mean query loss of a batch of tasks."""
        slopes, losses = vmap(self._task_gradient, in_dims=(None, 0))(meta, batch)
        return {name: value.mean(dim=0) for name, value in slopes.items()}, losses.mean()

    def _task_gradient(self, meta: Params, task: TaskT) -> tuple[Params, Tensor]:
        support = self.problem.support(task)

        def start(theta: Params) -> Params:
            return self.problem.start(theta, support)

        def support_loss(phi: Params) -> Tensor:
            return self.problem.support_loss(phi, support)

        def query_loss(phi: Params) -> Tensor:
            return self.problem.query_loss(phi, task)

        centre, pull_back = vjp(start, meta)[:2]
        phi = self._minimize(meta, centre, support, self.steps)
        slopes, loss = grad_and_value(query_loss)(phi)
        hessian = vjp(grad(support_loss), phi)[1]  # symmetric, so that v H = H v

        def operator(v: Params) -> Params:
            return _combine(v, 1.0 / self.strength, hessian(v)[0])

        return pull_back(conjugate_gradients(operator, slopes, self.iterations))[0], loss

    def _minimize(
        self,
        meta: Params,
        centre: Params,
        support: SupportT,
        steps: int,
        slope_of: SlopeOf = functional_slope,
    ) -> Params:
        def loss(phi: Params) -> Tensor:
            away = torch.stack([((phi[name] - centre[name]) ** 2).sum() for name in phi]).sum()
            return self.problem.support_loss(phi, support) + 0.5 * self.strength * away

        factors = self.problem.step_factors(meta, support)
        rates = {name: self.alpha * factors.get(name, 1.0) for name in centre}
        *_, phi = trajectory(loss, centre, lambda _: rates, steps, first_order=True, slope_of=slope_of)
        return phi


def conjugate_gradients(operator: Callable[[Params], Params], right: Params, iterations: int) -> Params:
    """Solve A x = b for a symmetric positive definite A (Hestenes & Stiefel 1952, eq. 3:1), starting at b.

    Stays where it is once it has arrived, and where A turns out not to be positive definite (the Hessian of a network
    need not be): a tensor operation, so that tasks of one batch may end at different times.

    Args:
        operator: x -> A x.
        right: b.
        iterations: at most as many products with A as this, and one.
    """
    x = right
    residual = _combine(right, -1.0, operator(x))
    direction = residual
    square = _dot(residual, residual)
    for _ in range(iterations):
        image = operator(direction)
        curvature = _dot(direction, image)
        usable = (curvature > 0) & (square > 0)
        step = torch.where(usable, square / torch.where(usable, curvature, 1.0), 0.0)
        x = _combine(x, step, direction)
        residual = _combine(residual, -step, image)
        following = _dot(residual, residual)
        turn = torch.where(square > 0, following / torch.where(square > 0, square, 1.0), 0.0)
        direction = _combine(residual, turn, direction)
        square = following
    return x


def _dot(a: Params, b: Params) -> Tensor:
    return torch.stack([(a[name] * b[name]).sum() for name in a]).sum()


def _combine(a: Params, factor: Tensor | float, b: Params) -> Params:
    """A + factor * b."""
    return {name: a[name] + factor * b[name] for name in a}
