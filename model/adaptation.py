"""The inner loop: a support set -> adapted parameters, phi = theta - alpha * grad L(theta, support)."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from model.encoder import Params, encode
from model.linear import ABSENT
from model.meta_learning.inner import functional_slope, gradient_step, recorded_slope

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


def balanced_loss(scores: Tensor, labels: Tensor) -> Tensor:
    """Cross-entropy in which every class weighs the same, however many labels it has.

    Args:
        scores: (n, N).
        labels: (n, N) one-hot; rows of zeros and classes without a label count nothing.
    """
    each = -(functional.log_softmax(scores, dim=-1) * labels).sum(dim=-1)  # (n,)
    counts = class_counts(labels)
    weight = (labels / counts.clamp_min(1.0)).sum(dim=-1)
    return (each * weight).sum() / (counts > 0).to(each.dtype).sum().clamp_min(1.0)


def support_loss(params: Params, support: Support) -> Tensor:
    """L(phi, support)."""
    present = class_counts(support.labels)
    scores = logits(params, support.pixels, support.region, present)
    return balanced_loss(scores, support.labels)


def inner_step(params: Params, rates: Mapping[str, Tensor], support: Support, *, first_order: bool) -> Params:
    """One gradient step on the support set, phi' = phi - alpha * grad L(phi) (Finn et al. 2017, eq. 1).

    Args:
        params: name -> tensor of the encoder and the head; left unchanged.
        rates: name -> step size alpha, same keys, broadcastable.
        support: the labelled pixels.
        first_order: drop the second derivative (FOMAML, Finn et al. 2017, section 5.2).

    Returns:
        The adapted parameters, differentiable with respect to `params` and `rates`.
    """
    # torch.func.grad imports all of torch._dynamo the first time: a second that a single map need not wait for.
    slope_of = functional_slope if torch.is_grad_enabled() else recorded_slope
    loss = partial(support_loss, support=support)
    return gradient_step(loss, params, rates, first_order=first_order, slope_of=slope_of)


def inner_loop(meta: Mapping[str, Tensor], support: Support, steps: int, *, first_order: bool) -> Params:
    """All steps of the inner loop from the meta-learned start.

    Step sizes are learned per tensor and per step (Antoniou et al. 2019, arXiv 1810.09502, "LSLR"); steps
    beyond those that were trained repeat the last one's.

    Args:
        meta: encoder parameters, `head.scale` () and `rate.<name>` (trained steps,) log step sizes.
        support: the labelled pixels; any number of classes, any number of labels per class.
        steps: T >= 0; with 0 the result is a prototypical network.
        first_order: see `inner_step`.

    Returns:
        phi: encoder and head.
    """
    params, rates, slopes = split_meta(meta)
    features = encode(params, support.pixels, support.region)
    dates = features.shape[-2]
    shots = log_shots(support.labels)
    scale = meta["head.scale"] + meta["head.scale.slope"] * shots + meta["head.scale.dates"] * math.log(dates)
    params = params | prototype_head(features, support.labels, scale.exp())
    for step in range(steps):
        at_step = {
            name: (value[min(step, value.shape[0] - 1)] + slopes[name] * shots).exp()
            for name, value in rates.items()
        }
        # The score is a mean over dates, so each date's weights see only a share of the slope.
        at_step["head.weight"] = at_step["head.weight"] * dates
        params = inner_step(params, at_step, support, first_order=first_order)
    return params


def log_shots(labels: Tensor) -> Tensor:
    """Logarithm of the mean number of labels of the classes that have any, (S, N) one-hot -> ()."""
    counts = class_counts(labels)
    return (counts.sum() / (counts > 0).sum()).log()


def split_meta(meta: Mapping[str, Tensor]) -> tuple[Params, Params, Params]:
    """The encoder's parameters; the log step sizes and their slopes over log shots, by the name of what they step."""
    encoder = {k: v for k, v in meta.items() if not k.startswith(("rate.", "slope.", "head."))}
    rates = {k.removeprefix("rate."): v for k, v in meta.items() if k.startswith("rate.")}
    slopes = {k.removeprefix("slope."): v for k, v in meta.items() if k.startswith("slope.")}
    return encoder, rates, slopes
