"""Training on one loss with Adam, from wherever the parameters stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from model.meta_learning.inner import recorded_slope

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from torch import Tensor

    from model.meta_learning.problem import Loss, Params


def fine_tune(
    params: Mapping[str, Tensor], loss: Loss, *, steps: Iterable[int], learning_rate: float
) -> dict[int, Params]:
    """Adam on the support loss, all of the support set at a time (Kingma & Ba 2015, arXiv 1412.6980, algorithm 1).

    Unlike plain gradient steps it does not mind how large the features are, which nothing but meta-learning controls.

    Args:
        params: encoder and head; left unchanged.
        loss: of the support set.
        steps: after how many steps to keep the parameters.
        learning_rate: of Adam.

    Returns:
        The parameters after each number in `steps`, all from one run.
    """
    wanted = set(steps)
    moving = {name: value.detach().clone().requires_grad_() for name, value in params.items()}
    optimizer = torch.optim.Adam(moving.values(), lr=learning_rate)
    kept: dict[int, Params] = {}
    for step in range(max(wanted) + 1):
        if step in wanted:
            kept[step] = {name: value.detach().clone() for name, value in moving.items()}
        slopes = recorded_slope(loss, moving, moving, True)  # noqa: FBT003 - SlopeOf
        for name, value in moving.items():
            value.grad = slopes[name]
        optimizer.step()
    return kept
