"""Adapted parameters + a block of imagery -> class and confidence of every pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn.functional import conv2d

from model.adapted import NETWORK_SHARE
from model.encoder import HIDDEN
from model.gaps import fill_gaps
from model.indices import COUNT, spectral_indices
from model.spectral import (
    FEATURES,
    FIXED_CENTRE,
    FIXED_SCALE,
    LINEAR_FEATURES,
    feature_presence,
    log_reflectance,
    region_inputs,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from model.adapted import AdaptedModel
    from model.spectral import Resampling

CHUNK = 4096
"""Pixels computed at once. Always this many (the last chunk is padded), so that every matrix product has the same
shape and a pixel's result cannot depend on how many others came with it (docs/architecture.md, "What always holds")."""

_PICTURES = (16, 16, 16)
"""The pixels of a chunk as so many pictures with rows and columns. Of 16 pictures or more PyTorch leaves 1x1
convolutions, which are matrix products, to oneDNN; its own matrix products go to MKL, half as fast on processors of
AMD."""

NO_CLASS = 255


@dataclass(frozen=True, slots=True)
class Predictor:
    """An adapted model folded into a few matrix products per date, for one sensor and one region.

    Matrices (outputs, inputs) are kept as 1x1 convolutions (outputs, inputs, 1, 1).

    Everything that stands before the first layer is linear in (reflectance, log reflectance, indices), so it disappears
    into that layer; the head disappears into the last one, and the linear part beside it is one product more.
    """

    canonical: Tensor
    """(K, B) bands -> reflectance at the canonical wavelengths, for the indices."""
    first: tuple[tuple[Tensor, Tensor], ...]
    """Weight (width, 2 B + COUNT) and bias (width,) of each date."""
    hidden: tuple[tuple[Tensor, Tensor], ...]
    """Weight (width, width) and bias (width,) of each residual layer."""
    last: tuple[Tensor, ...]
    """(classes, width) of each date."""
    direct: tuple[Tensor, ...]
    """(classes, 2 B + COUNT) of each date, the linear part."""
    bias: Tensor
    """(classes, 1, 1)."""
    classes: NDArray[np.uint8]
    """Row of `last` -> class index."""

    @classmethod
    def of(cls, adapted: AdaptedModel) -> Predictor:
        """Fold `adapted`; exact but for rounding."""
        wide = {name: value.to(torch.float64).numpy() for name, value in adapted.params.items()}
        presence, features = feature_presence(adapted.resampling), _features_of(adapted.resampling)
        spread, mean = adapted.statistics.spread, adapted.statistics.mean  # (T, F)
        dates, rows = mean.shape[0], adapted.classes.size

        relative = wide["pixel.weight"][:, :FEATURES] * (presence / spread)[:, None]  # (T, width, F)
        fixed = wide["pixel.weight"][:, FEATURES:] * (presence / FIXED_SCALE)  # (width, F)
        region = region_inputs(adapted.resampling, adapted.statistics).astype(np.float64)
        first_bias = wide["pixel.bias"] + region @ wide["region.weight"].T - fixed @ FIXED_CENTRE
        first_bias -= np.einsum("twf,tf->tw", relative, mean)

        linear = np.zeros((dates, rows, FEATURES))
        own = wide["linear.weight"].reshape(rows, dates, -1).swapaxes(0, 1) / np.sqrt(dates)
        linear[..., LINEAR_FEATURES] = own * (presence / spread)[:, None, LINEAR_FEATURES]
        head = NETWORK_SHARE * wide["head.weight"].swapaxes(0, 1) / dates  # (T, classes, D)
        bias = NETWORK_SHARE * wide["head.bias"] + wide["linear.bias"] + (head @ wide["out.bias"]).sum(axis=0)
        bias -= np.einsum("tkf,tf->k", linear, mean)

        def tensor(values: NDArray[np.float64]) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))

        def product(matrix: NDArray[np.float64]) -> Tensor:
            return tensor(matrix)[..., None, None].contiguous(memory_format=torch.channels_last)

        return cls(
            tensor(adapted.resampling.matrix),
            tuple(zip(map(product, (relative + fixed) @ features), map(tensor, first_bias), strict=True)),
            tuple((product(wide[f"{k}.weight"]), tensor(wide[f"{k}.bias"])) for k in HIDDEN),
            tuple(map(product, head @ wide["out.weight"])),
            tuple(map(product, linear @ features)),
            tensor(bias[:, None, None]),
            adapted.classes.astype(np.uint8),
        )

    def predict(self, reflectance: NDArray[np.float32]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Classes of a block of imagery.

        Args:
            reflectance: (T, B, H, W), NaN = missing.

        Returns:
            Class index (H, W) and confidence (H, W), the winning class's probability in percent. Both are 255 where
            no date is clear.
        """
        dates, bands, height, width = reflectance.shape
        flat = reflectance.reshape(dates, bands, height * width)
        classes = np.full(height * width, NO_CLASS, dtype=np.uint8)
        confidence = np.full(height * width, NO_CLASS, dtype=np.uint8)
        with torch.inference_mode():
            for start in range(0, flat.shape[2], CHUNK):
                self._chunk(flat[..., start : start + CHUNK], classes[start:], confidence[start:])
        return classes.reshape(height, width), confidence.reshape(height, width)

    def probabilities(self, reflectance: NDArray[np.float32]) -> NDArray[np.float32]:
        """Probabilities of all classes, of which `predict` tells the largest one.

        Args:
            reflectance: (T, B, H, W), NaN = missing.

        Returns:
            (N, H, W) in the order of `classes`; NaN where no date is clear.
        """
        dates, bands, height, width = reflectance.shape
        flat = reflectance.reshape(dates, bands, height * width)
        found = np.full((self.classes.size, height * width), np.nan, dtype=np.float32)
        with torch.inference_mode():
            for start in range(0, flat.shape[2], CHUNK):
                block = flat[..., start : start + CHUNK]
                filled, seen = fill_gaps(block)
                scores = self._scores(filled)
                shares = (scores - scores.max(dim=0).values).exp_()
                shares *= 1.0 / shares.sum(
                    dim=0
                )  # of the largest one, 1 before, it is what `predict` computes
                np.copyto(found[:, start : start + CHUNK], shares.numpy()[:, : seen.size], where=seen)
        return found.reshape(-1, height, width)

    def _chunk(
        self, block: NDArray[np.float32], classes: NDArray[np.uint8], confidence: NDArray[np.uint8]
    ) -> None:
        size = block.shape[2]
        filled, seen = fill_gaps(block)
        if not seen.any():
            return
        scores = self._scores(filled)
        best, row = scores.max(dim=0)
        share = 1.0 / (scores - best).exp_().sum(dim=0)
        np.copyto(classes[:size], self.classes[row.numpy()[:size]], where=seen)
        np.copyto(confidence[:size], (share * 100).round_().to(torch.uint8).numpy()[:size], where=seen)

    def _scores(self, filled: NDArray[np.float32]) -> Tensor:
        """(T, B, n) without gaps, n <= CHUNK -> (N, CHUNK) log-probabilities up to a constant per pixel."""
        dates, bands, size = filled.shape
        scores = self.bias
        values = np.zeros((2 * bands + COUNT, CHUNK), dtype=np.float32)
        inputs = torch.from_numpy(values)
        for date in range(dates):
            np.maximum(filled[date], 0.0, out=values[:bands, :size])
            values[bands : 2 * bands] = log_reflectance(values[:bands])
            torch.stack(spectral_indices(list(self.canonical @ inputs[:bands])), out=inputs[2 * bands :])
            # Channels last: each pixel's numbers beside each other, as the convolutions like them best.
            pictures = inputs.T.contiguous().view(*_PICTURES, -1).movedim(-1, 1)
            hidden = conv2d(pictures, *self.first[date]).relu_()
            for weight, bias in self.hidden:
                hidden += conv2d(hidden, weight, bias).relu_()
            scores = scores + conv2d(hidden, self.last[date]) + conv2d(pictures, self.direct[date])
        return scores.movedim(1, 0).reshape(self.classes.size, CHUNK)


def _features_of(resampling: Resampling) -> NDArray[np.float64]:
    """(F, 2 B + COUNT): (reflectance, log reflectance, indices) -> spectral features."""
    rows, bands = resampling.matrix.shape
    features = np.zeros((FEATURES, 2 * bands + COUNT))
    features[:rows, :bands] = resampling.matrix
    features[rows : 2 * rows, bands : 2 * bands] = resampling.matrix
    features[2 * rows :, 2 * bands :] = np.eye(COUNT)
    return features
