"""What adapting to a region is made of: its labels, the head that they make, class scores, and the loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from model.encoder import Params, encode
from model.linear import ABSENT

if TYPE_CHECKING:
    from collections.abc import Mapping


class Support(NamedTuple):
    """The labelled pixels of one region, as tensors; a tuple, so that `vmap` sees through it."""

    pixels: Tensor
    """(S, T, PIXEL_INPUTS)."""

    labels: Tensor
    """(S, N) one-hot; a row of zeros pads."""

    region: Tensor
    """(T, REGION_INPUTS)."""


def class_counts(labels: Tensor) -> Tensor:
    """Labels per class, (S, N) one-hot -> (N,)."""
    return labels.sum(dim=0)


def prototype_head(features: Tensor, labels: Tensor, scale: Tensor) -> Params:
    """The linear head that equals a prototypical network's distances.

    ||f - c_k||^2 = ||f||^2 - 2 f.c_k + ||c_k||^2, and the first term is the same for all classes, so
    w_k = 2 s c_k and b_k = -s ||c_k||^2 (Snell et al. 2017, arXiv 1703.05175, eq. 8; as the start of MAML's
    head: Triantafillou et al. 2020, arXiv 1903.03096, section 4.2). A pixel's feature is that of all its dates side by
    side, so that a class is known by its course over the year; distances are means over the dates.

    Args:
        features: (S, T, D).
        labels: (S, N) one-hot.
        scale: () inverse temperature s.

    Returns:
        `head.weight` (N, T, D), `head.bias` (N,); zeros for classes without a label.
    """
    counts = class_counts(labels).clamp_min(1.0)
    centres = torch.einsum("sn,std->ntd", labels, features) / counts[:, None, None]
    return {"head.weight": 2.0 * scale * centres, "head.bias": -scale * (centres**2).sum(dim=-1).mean(dim=-1)}


def logits(params: Mapping[str, Tensor], pixels: Tensor, region: Tensor, present: Tensor) -> Tensor:
    """Class scores (n, N) of pixels under encoder and head; `ABSENT` where `present` (N,) is 0."""
    features = encode(params, pixels, region)
    weight = params["head.weight"] / features.shape[-2]
    scores = functional.linear(features.flatten(-2), weight.flatten(-2), params["head.bias"])
    return torch.where(present > 0, scores, torch.full_like(scores, ABSENT))


def balanced_loss(scores: Tensor, labels: Tensor, tolerance: float = 0.0) -> Tensor:
    """Cross-entropy in which every class weighs the same, however many labels it has.

    Args:
        scores: (n, N).
        labels: (n, N) one-hot; rows of zeros and classes without a label count nothing.
        tolerance: q in 0..1 of the generalized cross-entropy (1 - p^q) / q of a label's probability p, which is the
            cross-entropy at 0: the larger, the less a label pulls that all others speak against (Zhang & Sabuncu
            2018, arXiv 1805.07836, eq. 6).
    """
    each = -(functional.log_softmax(scores, dim=-1) * labels).sum(dim=-1)  # (n,)
    if tolerance:
        each = -torch.expm1(-tolerance * each) / tolerance
    counts = class_counts(labels)
    weight = (labels / counts.clamp_min(1.0)).sum(dim=-1)
    return (each * weight).sum() / (counts > 0).to(each.dtype).sum().clamp_min(1.0)


def log_shots(labels: Tensor) -> Tensor:
    """Logarithm of the mean number of labels of the classes that have any, (S, N) one-hot -> ()."""
    counts = class_counts(labels)
    return (counts.sum() / (counts > 0).sum()).log()
