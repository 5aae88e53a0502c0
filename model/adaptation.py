"""The inner loop: a support set -> adapted parameters, phi = theta - alpha * grad L(theta, support)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.func import grad
from torch.nn import functional

from model.encoder import Params, encode
from model.spectral import RegionStatistics, Resampling, network_inputs, region_inputs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from model.checkpoint import Initialization

ABSENT = -1e4
"""Logit of a class that only pads a batch: no probability, and still finite under every derivative."""


class Support(NamedTuple):
    """The labelled pixels of one region, as tensors; a tuple, so that `vmap` sees through it."""

    pixels: Tensor
    """(S, T, PIXEL_INPUTS)."""

    observed: Tensor
    """(S, T) 1 where the date is clear."""

    labels: Tensor
    """(S, N) one-hot; a row of zeros pads."""

    region: Tensor
    """(REGION_INPUTS,)."""


def class_counts(labels: Tensor) -> Tensor:
    """Labels per class, (S, N) one-hot -> (N,)."""
    return labels.sum(dim=0)


def prototype_head(features: Tensor, labels: Tensor, scale: Tensor) -> Params:
    """The linear head that equals a prototypical network's distances.

    ||f - c_k||^2 = ||f||^2 - 2 f.c_k + ||c_k||^2, and the first term is the same for all classes, so
    w_k = 2 s c_k and b_k = -s ||c_k||^2 (Snell et al. 2017, arXiv 1703.05175, eq. 8; as the start of MAML's
    head: Triantafillou et al. 2020, arXiv 1903.03096, section 4.2).

    Args:
        features: (S, D).
        labels: (S, N) one-hot.
        scale: () inverse temperature s.

    Returns:
        `head.weight` (N, D), `head.bias` (N,); zeros for classes without a label.
    """
    counts = class_counts(labels).clamp_min(1.0)
    centres = (labels.T @ features) / counts.unsqueeze(-1)  # (N, D)
    return {"head.weight": 2.0 * scale * centres, "head.bias": -scale * (centres**2).sum(dim=-1)}


def logits(
    params: Mapping[str, Tensor], pixels: Tensor, region: Tensor, observed: Tensor, present: Tensor
) -> Tensor:
    """Class scores (n, N) of pixels under encoder and head; `ABSENT` where `present` (N,) is 0."""
    features = encode(params, pixels, region, observed)
    scores = functional.linear(features, params["head.weight"], params["head.bias"])
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
    scores = logits(params, support.pixels, support.region, support.observed, present)
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
    slope = grad(support_loss)(params, support) if torch.is_grad_enabled() else plain_slope(params, support)
    if first_order:
        slope = {name: value.detach() for name, value in slope.items()}
    return {name: value - rates[name] * slope[name] for name, value in params.items()}


def plain_slope(params: Params, support: Support) -> Params:
    """The same gradient by ordinary autograd, to the last bit; not under `vmap`, and no second derivatives."""
    with torch.enable_grad():
        leaves = {name: value.detach().requires_grad_() for name, value in params.items()}
        slopes = torch.autograd.grad(support_loss(leaves, support), list(leaves.values()))
    return dict(zip(leaves, slopes, strict=True))


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
    features = encode(params, support.pixels, support.region, support.observed)
    counts = class_counts(support.labels)
    shots = (counts.sum() / (counts > 0).sum()).log()
    scale = meta["head.scale"] + meta["head.scale.slope"] * shots
    params = params | prototype_head(features, support.labels, scale.exp())
    for step in range(steps):
        at_step = {
            name: (value[min(step, value.shape[0] - 1)] + slopes[name] * shots).exp()
            for name, value in rates.items()
        }
        params = inner_step(params, at_step, support, first_order=first_order)
    return params


def split_meta(meta: Mapping[str, Tensor]) -> tuple[Params, Params, Params]:
    """The encoder's parameters; the log step sizes and their slopes over log shots, by the name of what they step."""
    encoder = {k: v for k, v in meta.items() if not k.startswith(("rate.", "slope.", "head."))}
    rates = {k.removeprefix("rate."): v for k, v in meta.items() if k.startswith("rate.")}
    slopes = {k.removeprefix("slope."): v for k, v in meta.items() if k.startswith("slope.")}
    return encoder, rates, slopes


@dataclass(frozen=True, slots=True)
class SupportSet:
    """The labelled pixels of a region as they come from imagery, and what the region looks like."""

    reflectance: NDArray[np.float32]
    """(n, T, B), NaN where a date is not clear."""

    class_index: NDArray[np.int64]
    """(n,) from 0 to ways - 1."""

    wavelengths_nm: NDArray[np.float64]
    """(B,) band centres."""

    background: NDArray[np.float32]
    """(m, T, B) fixed random sample of the region's pixels, unlabelled."""

    def __post_init__(self) -> None:
        n, dates, bands = self.reflectance.shape
        if n == 0 or self.class_index.shape != (n,):
            raise ValueError(f"one class per labelled pixel: {self.class_index.shape} for {n} pixels")
        if self.wavelengths_nm.shape != (bands,) or self.background.shape[1:] != (dates, bands):
            raise ValueError("labelled pixels, background and wavelengths disagree on dates or bands")


@dataclass(frozen=True, slots=True)
class AdaptedModel:
    """A network fitted to one region; `model.prediction` applies it."""

    params: Params
    """Encoder and head; the head's rows are in the order of `classes`."""

    classes: NDArray[np.int64]
    """Row of the head -> class index of the support set."""

    resampling: Resampling
    statistics: RegionStatistics
    lineage: dict[str, str | int]
    """Which weights, their SHA-256, inner steps, device."""


def adapt(
    initialization: Initialization, support: SupportSet, *, steps: int | None = None, device: str = "cpu"
) -> AdaptedModel:
    """Fit the meta-trained start to the labels of one region.

    The result does not depend on the order of the labels or on how the classes are numbered, to the last bit:
    pixels are put in the order of their values, and classes in the order of their first pixel.

    Args:
        initialization: theta.
        support: the labelled pixels; at least two classes.
        steps: inner steps T; the number it was trained with when None.
        device: where the inner loop runs; the result is on the CPU.

    Raises:
        ValueError: fewer than two classes.
    """
    order = np.lexsort([support.class_index, *support.reflectance.reshape(len(support.class_index), -1).T])
    index = support.class_index[order]
    classes = index[np.sort(np.unique(index, return_index=True)[1])]
    if classes.size < 2:
        raise ValueError("adapting needs labels of at least two classes")
    resampling = Resampling.of(support.wavelengths_nm)
    flat = support.background.reshape(-1, support.background.shape[-1])
    statistics = RegionStatistics.of(flat[np.isfinite(flat).all(axis=1)], resampling)
    inputs, observed = pixel_inputs(support.reflectance[order], resampling, statistics)
    tensors = Support(
        torch.from_numpy(inputs).to(device),
        torch.from_numpy(observed).to(device),
        torch.from_numpy((index[:, None] == classes).astype(np.float32)).to(device),
        torch.from_numpy(region_inputs(resampling, statistics)).to(device),
    )
    count = initialization.steps if steps is None else steps
    meta = {name: value.to(device) for name, value in initialization.meta.items()}
    with torch.no_grad():
        params = inner_loop(meta, tensors, count, first_order=True)
    lineage: dict[str, str | int] = {
        "model": initialization.name,
        "sha256": initialization.sha256,
        "inner_steps": count,
        "device": device,
    }
    return AdaptedModel({k: v.cpu() for k, v in params.items()}, classes, resampling, statistics, lineage)


def pixel_inputs(
    reflectance: NDArray[np.float32], resampling: Resampling, statistics: RegionStatistics
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(n, T, B) with gaps -> network inputs (n, T, PIXEL_INPUTS), zero in the gaps, and observed (n, T) 0 or 1."""
    observed = np.asarray(np.isfinite(reflectance).all(axis=-1))
    inputs = network_inputs(np.where(observed[..., None], reflectance, np.float32(0)), resampling, statistics)
    inputs[~observed] = 0
    return inputs, observed.astype(np.float32)
