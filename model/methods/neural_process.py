"""An attentive conditional neural process: the whole support set is read by a network, no gradient step is taken."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch.nn import functional

from model.adaptation import class_counts
from model.encoder import EncoderShape, Params, encode, init_encoder
from model.linear import ABSENT
from model.methods.learners import LearnerSettings, WithoutInnerLoop
from model.methods.network_classifier import fit_trained

if TYPE_CHECKING:
    from torch import Tensor

    from model.adaptation import Support
    from model.methods.interface import Classifier
    from model.support import SupportSet

KEYS = 32
"""Width of queries, keys and values."""
HIDDEN = 64
"""Width of the network that turns what attention found into a score."""


@dataclass(frozen=True, slots=True)
class NeuralProcess:
    """Class by class, a pixel looks at the labelled pixels; one network for all classes says how well it fits.

    Nothing depends on the order of the labels, and permuting the classes permutes the scores: attention is a sum over
    labels, the network is the same for all classes, and sees the others only as their mean.
    """

    shape: EncoderShape

    def init(self, generator: torch.Generator) -> Params:
        """A random encoder, projections, and decoder."""

        def weight(rows: int, columns: int, gain: float) -> Tensor:
            return torch.randn(rows, columns, generator=generator) * math.sqrt(gain / columns)

        return {
            **init_encoder(self.shape, generator),
            "process.query": weight(KEYS, self.shape.features, 1.0),
            "process.key": weight(KEYS, self.shape.features, 1.0),
            "process.value": weight(KEYS, self.shape.features, 1.0),
            "process.hidden.weight": weight(HIDDEN, 4 * KEYS, 2.0),
            "process.hidden.bias": torch.zeros(HIDDEN),
            "process.out.weight": weight(1, HIDDEN, 0.1),
            "process.sharpness": torch.tensor(0.0),
        }

    def scores(self, meta: Params, support: Support, pixels: Tensor) -> Tensor:
        """Class scores (n, N); `ABSENT` for classes without a label."""
        shown = encode(meta, support.pixels, support.region)  # (S, T, D)
        asked = encode(meta, pixels, support.region)  # (n, T, D)
        counts = class_counts(support.labels)
        likeness = _likeness(meta, asked, shown)  # (n, S)
        masked = torch.where(support.labels > 0, likeness.unsqueeze(-1), ABSENT)  # (n, S, N)
        attention = torch.softmax(masked, dim=1) * support.labels  # no weight where a class has no label
        values = functional.linear(shown, meta["process.value"])  # (S, T, K)
        found = torch.einsum("qsn,stk->qntk", attention, values)
        means = torch.einsum("sn,stk->ntk", support.labels / counts.clamp_min(1.0), values)
        region = means.sum(dim=0) / (counts > 0).sum()  # (T, K), the mean of the classes
        here = functional.linear(asked, meta["process.value"]).unsqueeze(1)  # (n, 1, T, K)
        told = [here.expand_as(found), found, (here - found).abs(), region.expand_as(found)]
        hidden = functional.relu(
            functional.linear(torch.cat(told, -1), meta["process.hidden.weight"], meta["process.hidden.bias"])
        )
        each_date = functional.linear(hidden, meta["process.out.weight"])  # (n, N, T, 1)
        fit = each_date.mean(dim=(-2, -1))
        # Mean likeness by log-mean-exp: how a matching network would vote, were all classes equally often labelled.
        vote = torch.logsumexp(masked, dim=1) - counts.clamp_min(1.0).log()
        return torch.where(counts > 0, fit + vote, torch.full_like(fit, ABSENT))


def _likeness(meta: Params, asked: Tensor, shown: Tensor) -> Tensor:
    """Scaled dot products of queries and keys (Vaswani et al. 2017, arXiv 1706.03762, eq. 1), means over dates."""
    queries = functional.linear(asked, meta["process.query"]).flatten(-2)
    keys = functional.linear(shown, meta["process.key"]).flatten(-2)
    sharpness: Tensor = meta["process.sharpness"].exp() / (asked.shape[-2] * KEYS**0.5)
    return functional.linear(queries, keys) * sharpness


def learner(settings: LearnerSettings) -> WithoutInnerLoop:
    """The learner of an attentive conditional neural process."""
    return WithoutInnerLoop(NeuralProcess(settings.shape))


def neural_process(support: SupportSet, ways: int, seed: int) -> Classifier:
    """Conditional neural process (Garnelo et al. 2018, arXiv 1807.01613, eq. 2 to 4) with attention.

    r_i = h(x_i, y_i), r = mean r_i, output g(x, r); the mean over the labels becomes cross-attention from the pixel
    (Kim et al. 2019, arXiv 1901.05761, section 3), within each class: r_k(x) = sum_i a_ik v(x_i) with a_ik = softmax of
    q(x) . k(x_i) over the labels i of class k. The score of class k is g(x, r_k(x), r) plus a matching network's vote
    (Vinyals et al. 2016, arXiv 1606.04080, eq. 1).
    Meta-training moves all of it by the query's cross-entropy. At service: one pass, no gradient.

    Args:
        support: the labelled pixels.
        ways: number of classes.
        seed: not used; it is not random.

    Raises:
        ValueError: fewer than two classes have a label.
        ModelError: no weights.
    """
    del seed
    return fit_trained("neural-process", learner, support, ways)
