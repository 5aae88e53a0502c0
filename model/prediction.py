"""Adapted parameters + a block of imagery -> class and confidence of every pixel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from model.encoder import HIDDEN
from model.spectral import CANONICAL_NM, RAW_CENTRE, RAW_SCALE, log_reflectance, region_inputs

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from model.adaptation import AdaptedModel

CHUNK = 8192
"""Pixels computed at once. Always this many (the last chunk is padded), so that every matrix product has the same
shape and a pixel's result cannot depend on how many others came with it: DESIGN.md, invariant 1."""

NO_CLASS = 255


@dataclass(frozen=True, slots=True)
class Predictor:
    """An adapted model folded into a few matrix products per date, for one sensor and one region.

    Resampling to the canonical wavelengths, region statistics and the constant inputs are linear in (reflectance,
    log reflectance), so they disappear into the first layer; the head disappears into the last one.
    """

    first: Tensor
    """(width, 2 B)."""
    first_bias: Tensor
    """(width, 1)."""
    hidden: tuple[tuple[Tensor, Tensor], ...]
    """Weight (width, width) and bias (width, 1) of each residual layer."""
    last: Tensor
    """(classes, width)."""
    last_bias: Tensor
    """(classes, 1)."""
    classes: NDArray[np.uint8]
    """Row of `last` -> class index."""

    @classmethod
    def of(cls, adapted: AdaptedModel) -> Predictor:
        """Fold `adapted`; exact but for rounding."""
        wide = {name: value.to(torch.float64).numpy() for name, value in adapted.params.items()}
        presence, matrix = adapted.resampling.presence, adapted.resampling.matrix
        blocks = wide["pixel.weight"].reshape(-1, 4, CANONICAL_NM.size) * presence
        spread, mean = adapted.statistics.spread, adapted.statistics.mean
        fold, shift = [], np.zeros(blocks.shape[0])
        for i in range(2):  # reflectance, logarithm
            relative, absolute = blocks[:, i] / spread[i], blocks[:, 2 + i] / RAW_SCALE[i]
            fold.append((relative + absolute) @ matrix)
            shift -= relative @ mean[i] + absolute @ np.broadcast_to(RAW_CENTRE[i], presence.shape)
        region = region_inputs(adapted.resampling, adapted.statistics).astype(np.float64)
        bias = wide["pixel.bias"] + wide["region.weight"] @ region + shift
        last = wide["head.weight"] @ wide["out.weight"]
        last_bias = wide["head.weight"] @ wide["out.bias"] + wide["head.bias"]

        def tensor(values: NDArray[np.float64]) -> Tensor:
            return torch.from_numpy(np.ascontiguousarray(values, dtype=np.float32))

        return cls(
            tensor(np.concatenate(fold, axis=1)),
            tensor(bias[:, None]),
            tuple((tensor(wide[f"{k}.weight"]), tensor(wide[f"{k}.bias"][:, None])) for k in HIDDEN),
            tensor(last),
            tensor(last_bias[:, None]),
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

    def _chunk(
        self, block: NDArray[np.float32], classes: NDArray[np.uint8], confidence: NDArray[np.uint8]
    ) -> None:
        dates, bands, size = block.shape
        total = torch.zeros(self.first.shape[0], CHUNK)
        seen = np.zeros(CHUNK, dtype=np.float32)
        for date in range(dates):
            values = np.zeros((2 * bands, CHUNK), dtype=np.float32)
            clear = np.isfinite(block[date]).all(axis=0)
            if not clear.any():
                continue
            np.copyto(values[:bands, :size], block[date], where=clear)
            values[bands:] = log_reflectance(values[:bands])
            hidden = torch.addmm(self.first_bias, self.first, torch.from_numpy(values)).relu_()
            for weight, bias in self.hidden:
                hidden += torch.addmm(bias, weight, hidden).relu_()
            if dates > 1:
                hidden[:, :size] *= torch.from_numpy(clear.astype(np.float32))
            total += hidden
            seen[:size] += clear
        if dates > 1:
            total /= torch.from_numpy(np.maximum(seen, 1))
        scores = torch.addmm(self.last_bias, self.last, total)  # (classes, CHUNK)
        best, row = scores.max(dim=0)
        share = 1.0 / (scores - best).exp_().sum(dim=0)
        known = seen[:size] > 0
        count = known.size
        np.copyto(classes[:count], self.classes[row.numpy()[:size]], where=known)
        np.copyto(confidence[:count], (share * 100).round_().to(torch.uint8).numpy()[:size], where=known)
