"""The same network without meta-learning: trained on all regions together, then fine-tuned on the labels."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import torch

from model.adaptation import Support, balanced_loss, class_counts, logits
from model.encoder import EncoderShape, Params, encode, init_encoder
from model.land_cover import LandCover
from model.linear import ITERATIONS, fit_linear
from model.meta_learning.direct import batch_gradient
from model.methods.fine_tuning import fine_tune
from model.methods.network_classifier import fit_trained

if TYPE_CHECKING:
    from torch import Tensor

    from model.episodes import Episode
    from model.methods.interface import Classifier
    from model.methods.learners import LearnerSettings, Scorer
    from model.support import SupportSet

TRAINING_ITERATIONS = 100
"""Of the heads while training; their last decimals do not matter there."""

LEARNING_RATE = 1e-3
"""Of Adam, for the fine-tuning."""


@dataclass(frozen=True, slots=True)
class Pretraining:
    """One encoder for all regions, one linear head for each.

    Regions do not share class names (two users' "forest" differ, and labels of real sites are in many nomenclatures),
    so there is no classifier over all of them to train; a head per region always is possible, and asks no more of the
    encoder than that the classes of each region can be told apart. All of a task's labels, support and query alike,
    are training data: nothing is held out, which is what makes it no meta-learning.
    """

    shape: EncoderShape

    def init(self, generator: torch.Generator) -> Params:
        """A random encoder; heads are solved for, not kept."""
        return init_encoder(self.shape, generator)

    def task_loss(self, meta: Params, task: Episode) -> Tensor:
        """Cross-entropy of all labels of one region under its best head.

        min over the heads is taken first: at the minimum a head's derivative is zero, so the encoder's gradient is that
        with the head held fixed (variable projection, Golub & Pereyra 1973).
        """
        pixels = torch.cat([task.support.pixels, task.query_pixels])
        labels = torch.cat([task.support.labels, task.query_labels])
        everything = Support(pixels, labels, task.support.region)
        head = best_head({k: v.detach() for k, v in meta.items()}, everything, TRAINING_ITERATIONS)
        scores = logits(meta | head, pixels, everything.region, class_counts(labels))
        return balanced_loss(scores, labels)

    def gradient(self, meta: Params, batch: Episode) -> tuple[Params, Tensor]:
        """Gradient of the joint loss of a batch of regions, and that loss."""
        return batch_gradient(self.task_loss, meta, batch)

    def fit(self, meta: Params, support: Support, steps: int) -> Scorer:
        """Solve for the head, then move everything from there with Adam."""
        problem = LandCover(self.shape)
        start = meta | best_head(meta, support, ITERATIONS)
        loss = partial(problem.support_loss, support=support)
        phi = fine_tune(start, loss, steps=[steps], learning_rate=LEARNING_RATE)[steps]
        return partial(problem.scores, phi, support)


def best_head(params: Params, support: Support, iterations: int) -> Params:
    """Logistic regression on the features (`model.linear.fit_linear`), as `head.weight` (N, T, D), `head.bias` (N,)."""
    features = encode(params, support.pixels, support.region)  # (S, T, D)
    root = features.shape[-2] ** 0.5  # the penalty means the same for one date as for twenty
    weight, bias = fit_linear(features.flatten(-2) / root, support.labels, iterations=iterations)
    return {"head.weight": weight.reshape(-1, *features.shape[-2:]) * root, "head.bias": bias}


def learner(settings: LearnerSettings) -> Pretraining:
    """Multi-task pre-training, then fine-tuning."""
    return Pretraining(settings.shape)


def pretrain(support: SupportSet, ways: int, seed: int) -> Classifier:
    """Pre-training and fine-tuning: multi-task learning (Caruana 1997; Wang et al. 2021, arXiv 2106.09017, eq. 2).

    Pre-training: min over the encoder of sum_r min over head_r of L(encoder, head_r; all labels of region r), on
    the same regions as every other method. At service: the head by logistic regression, then Adam on all weights
    (linear probing, then fine-tuning: Kumar et al. 2022, arXiv 2202.10054, section 3.4).

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: not used; adapting is not random.

    Raises:
        ValueError: fewer than two classes have a label.
        ModelError: no weights.
    """
    del seed
    return fit_trained("pretrain", learner, support, ways)
