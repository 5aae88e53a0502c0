"""The network: a pixel's spectrum, dates and region -> a feature vector. Pure functions over named tensors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import torch
from torch import Tensor
from torch.nn import functional

from model.spectral import PIXEL_INPUTS, REGION_INPUTS

if TYPE_CHECKING:
    from collections.abc import Mapping

Params: TypeAlias = dict[str, Tensor]


HIDDEN = ("hidden1", "hidden2")
"""Residual layers between the first and the last one (He et al. 2016, arXiv 1512.03385, eq. 1)."""


@dataclass(frozen=True, slots=True)
class EncoderShape:
    """Sizes of the network; kept beside the weights."""

    width: int = 96
    features: int = 64

    def __post_init__(self) -> None:
        if min(self.width, self.features) < 1:
            raise ValueError(f"layer sizes must be positive, got {self.width} and {self.features}")


def init_encoder(shape: EncoderShape, generator: torch.Generator) -> Params:
    """Random parameters (He et al. 2015, arXiv 1502.01852, eq. 10), the state before any learning.

    Args:
        shape: layer sizes.
        generator: the only source of randomness.
    """

    def weight(rows: int, columns: int, gain: float) -> Tensor:
        return torch.randn(rows, columns, generator=generator) * math.sqrt(gain / columns)

    return {
        "pixel.weight": weight(shape.width, PIXEL_INPUTS, 1.0),
        "region.weight": weight(shape.width, REGION_INPUTS, 0.5),
        "pixel.bias": torch.zeros(shape.width),
        **{f"{layer}.weight": weight(shape.width, shape.width, 2.0) for layer in HIDDEN},
        **{f"{layer}.bias": torch.zeros(shape.width) for layer in HIDDEN},
        "out.weight": weight(shape.features, shape.width, 1.0),
        "out.bias": torch.zeros(shape.features),
    }


def encode(params: Mapping[str, Tensor], pixels: Tensor, region: Tensor) -> Tensor:
    """Features of pixels, date by date.

    Args:
        params: as made by `init_encoder`.
        pixels: (n, T, PIXEL_INPUTS), see `model.spectral.network_inputs`.
        region: (T, REGION_INPUTS).

    Returns:
        (n, T, features). Never looks at other pixels.
    """
    start = params["pixel.bias"] + functional.linear(region, params["region.weight"])  # (T, width)
    hidden = functional.relu(functional.linear(pixels, params["pixel.weight"]) + start)  # (n, T, width)
    for layer in HIDDEN:
        step = functional.linear(hidden, params[f"{layer}.weight"], params[f"{layer}.bias"])
        hidden = hidden + functional.relu(step)
    return functional.linear(hidden, params["out.weight"], params["out.bias"])
