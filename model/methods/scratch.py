"""The same network without meta-learning: random parameters, trained on the support set alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.func import grad

from model.adaptation import Support, class_counts, logits, support_loss
from model.encoder import EncoderShape, Params, init_encoder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor


def train_from_scratch(
    support: Support, shape: EncoderShape, *, steps: Sequence[int], learning_rate: float, seed: int
) -> dict[int, Params]:
    """Train on the support set with Adam (Kingma & Ba 2015, arXiv 1412.6980, algorithm 1).

    The rival of every meta-learner: same inputs (the region's statistics among them), same layers, same loss, no
    prior. The head starts at zero, so that all classes start equal.

    Args:
        support: the labelled pixels.
        shape: layer sizes.
        steps: after how many steps to keep the parameters.
        learning_rate: of Adam.
        seed: of the random start.

    Returns:
        The parameters after each number in `steps`, all from one run.
    """
    params = init_encoder(shape, torch.Generator().manual_seed(seed))
    ways = support.labels.shape[1]
    params |= {"head.weight": torch.zeros(ways, shape.features), "head.bias": torch.zeros(ways)}
    values = [p.requires_grad_() for p in params.values()]
    optimizer = torch.optim.Adam(values, lr=learning_rate)
    kept: dict[int, Params] = {}
    for step in range(1, max(steps) + 1):
        slope = grad(support_loss)({k: v.detach() for k, v in params.items()}, support)
        for name, value in params.items():
            value.grad = slope[name]
        optimizer.step()
        if step in steps:
            kept[step] = {name: value.detach().clone() for name, value in params.items()}
    return kept


def scores(params: Params, support: Support, pixels: Tensor, observed: Tensor) -> Tensor:
    """Class scores (n, N) of `pixels` in the region of `support`."""
    with torch.no_grad():
        return logits(params, pixels, support.region, observed, class_counts(support.labels))
