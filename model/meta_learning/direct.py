"""The meta-gradient of learners that are one differentiable function, by automatic differentiation of all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import torch
from torch.func import vmap

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from model.meta_learning.problem import Params

TaskLoss: TypeAlias = "Callable[[Params, Any], Tensor]"
"""Meta-parameters and one task -> query loss ()."""


def batch_gradient(loss: TaskLoss, meta: Params, batch: Any) -> tuple[Params, Tensor]:  # noqa: ANN401 - any task
    """Gradient of the mean loss of a batch of tasks, and that mean.

    All tasks run as one batched computation (`torch.func.vmap`): small networks are bound by calls, not arithmetic.

    Args:
        loss: of one task.
        meta: meta-parameters.
        batch: a task whose tensors have one more axis in front.
    """

    def mean(values: Params) -> Tensor:
        each: Tensor = vmap(loss, in_dims=(None, 0))(values, batch)
        return each.mean()

    return gradient_of(mean, meta)


def gradient_of(loss: Callable[[Params], Tensor], meta: Params) -> tuple[Params, Tensor]:
    """Gradient of a function of the meta-parameters, zero for those that it does not read; and its value."""
    with torch.enable_grad():
        leaves = {name: value.detach().requires_grad_() for name, value in meta.items()}
        value = loss(leaves)
        found = torch.autograd.grad(value, list(leaves.values()), allow_unused=True, materialize_grads=True)
    return dict(zip(leaves, found, strict=True)), value.detach()
