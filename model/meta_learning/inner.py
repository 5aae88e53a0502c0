"""The inner loop: gradient steps, differentiable with respect to where they began and how long they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

import torch
from torch.func import grad

from model.meta_learning.problem import Loss, Params

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import Tensor

SlopeOf: TypeAlias = Callable[[Loss, Params, Iterable[str], bool], Params]
"""Loss, parameters, names, first order -> gradient with respect to the named parameters, the others held fixed.

First order means that the gradient counts as a constant, and that nothing is recorded to differentiate it.
"""


def functional_slope(loss: Loss, params: Params, names: Iterable[str], first_order: bool) -> Params:  # noqa: FBT001 - SlopeOf
    """By `torch.func.grad`: anywhere, inside of `vmap` and of `grad` too."""
    at = {name: value.detach() for name, value in params.items()} if first_order else params

    def of_chosen(values: Params) -> Tensor:
        return loss(at | values)

    slopes: Params = grad(of_chosen)({name: at[name] for name in names})
    return slopes


def recorded_slope(loss: Loss, params: Params, names: Iterable[str], first_order: bool) -> Params:  # noqa: FBT001 - SlopeOf
    """The same by ordinary autograd; not inside of `vmap`.

    Cheaper by call, and without the import of torch's compiler, a second that a single adaptation need not wait for.
    """
    at = {name: value.detach() for name, value in params.items()} if first_order else params
    with torch.enable_grad():
        chosen = {name: _leaf(at[name]) for name in names}
        found = torch.autograd.grad(loss(at | chosen), list(chosen.values()), create_graph=not first_order)
    return dict(zip(chosen, found, strict=True))


def _leaf(value: Tensor) -> Tensor:
    """What autograd can differentiate by: the tensor itself where it is recorded, a start that is a constant is not."""
    return value if value.requires_grad else value.detach().requires_grad_()


def trajectory(
    loss: Loss,
    params: Params,
    rates: Callable[[int], Mapping[str, Tensor | float]],
    steps: int,
    *,
    first_order: bool,
    slope_of: SlopeOf = functional_slope,
) -> Iterator[Params]:
    """phi_0, phi_1, ... phi_T.

    Args:
        loss: of the support set.
        params: phi_0; left unchanged.
        rates: number of the step, from 0 -> step sizes, see `gradient_step`.
        steps: T >= 0.
        first_order: see `gradient_step`.
        slope_of: see `gradient_step`.
    """
    yield params
    for step in range(steps):
        params = gradient_step(loss, params, rates(step), first_order=first_order, slope_of=slope_of)
        yield params


def gradient_step(
    loss: Loss,
    params: Params,
    rates: Mapping[str, Tensor | float],
    *,
    first_order: bool,
    slope_of: SlopeOf = functional_slope,
) -> Params:
    """One step, phi' = phi - alpha * grad L(phi) (Finn et al. 2017, arXiv 1703.03400, eq. 1).

    Args:
        loss: L.
        params: phi; left unchanged.
        rates: name -> step size alpha, broadcastable to the tensor; tensors that are not named do not move.
        first_order: count grad L as a constant (FOMAML, section 5.2 there).
        slope_of: how grad L is computed.

    Returns:
        phi', differentiable with respect to `params` and `rates`.
    """
    slopes = slope_of(loss, params, rates.keys(), first_order)
    return params | {name: _moved(params[name], rate, slopes[name]) for name, rate in rates.items()}


def _moved(value: Tensor, rate: Tensor | float, slope: Tensor) -> Tensor:
    if isinstance(rate, float):  # one operation instead of two, and two less to differentiate
        return torch.add(value, slope, alpha=-rate)
    return value - rate * slope
