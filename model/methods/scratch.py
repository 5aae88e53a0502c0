"""The same network without meta-learning: random parameters, trained on the support set alone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import torch

from model.adaptation import Support, class_counts, logits
from model.encoder import EncoderShape, Params, init_encoder
from model.land_cover import LandCover
from model.methods.fine_tuning import fine_tune
from model.methods.network_classifier import fit_network

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from model.methods.interface import Classifier
    from model.methods.learners import Scorer
    from model.support import SupportSet

STEPS = 160
LEARNING_RATE = 1e-3
"""Of Adam; within the range that `benchmarks/meta_against_scratch.py` tries."""


def scratch(support: SupportSet, ways: int, seed: int) -> Classifier:
    """The network of all the others with random parameters, trained on the labels alone with Adam.

    See `train_from_scratch` (Kingma & Ba 2015, arXiv 1412.6980, algorithm 1).

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: of the random start.

    Raises:
        ValueError: fewer than two classes have a label.
    """

    def fit(tensors: Support) -> Scorer:
        kept = train_from_scratch(
            tensors, EncoderShape(), steps=[STEPS], learning_rate=LEARNING_RATE, seed=seed
        )
        return partial(scores, kept[STEPS], tensors)

    return fit_network(fit, support, ways)


def train_from_scratch(
    support: Support, shape: EncoderShape, *, steps: Sequence[int], learning_rate: float, seed: int
) -> dict[int, Params]:
    """Train on the support set with Adam, see `model.methods.fine_tuning`.

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
    params |= {
        "head.weight": torch.zeros(ways, support.pixels.shape[1], shape.features),
        "head.bias": torch.zeros(ways),
    }
    loss = partial(LandCover(shape).support_loss, support=support)
    return fine_tune(params, loss, steps=steps, learning_rate=learning_rate)


def scores(params: Params, support: Support, pixels: Tensor) -> Tensor:
    """Class scores (n, N) of `pixels` in the region of `support`."""
    with torch.no_grad():
        return logits(params, pixels, support.region, class_counts(support.labels))
