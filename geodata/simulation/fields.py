"""Fields of a region (parcels, stands, lakes) and the pixels in them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from geodata.simulation.covers import KINDS, PARTS, Covers
from geodata.simulation.materials import STEPS
from geodata.simulation.spectra import Floats, Floats32, smooth_curve

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Fields:
    """Fields of a region, F of them, each with its own blend of kinds, shares, rungs and light."""

    cover: Integers
    """(F,)."""
    spectra: Floats32
    """(F, PARTS, STEPS, 3, B)."""
    share: Floats
    """(F, PARTS)."""
    rung: Floats
    """(F, PARTS)."""
    tone: Floats32
    """(F, B) factor on all parts: what no parameter of the materials explains."""
    light: Floats
    """(F,) log brightness."""
    haze: Floats
    """(F,) standard normal: where in the region's haze it lies."""
    vigour: Floats
    """(F, PARTS) factor on how far its pixels stray in rung: one where a part is as its cover has it."""


def draw_fields(rng: np.random.Generator, covers: Covers, cover: Integers) -> Fields:
    """One field for each entry of `cover` (F,), straying from its cover in kinds, shares and rungs."""
    count = cover.size
    blend = rng.standard_exponential((count, 1, KINDS)) ** 2  # mostly one kind, seldom an even mixture
    blend = (blend / blend.sum(axis=2, keepdims=True)).astype(np.float32)
    flat = covers.spectra.reshape(*covers.spectra.shape[:3], -1)  # (V, PARTS, KINDS, STEPS * 3 * B)
    spectra = np.matmul(blend[:, None], flat[cover])[:, :, 0]
    own = np.exp(covers.variety * smooth_curve(rng, covers.wavelengths_nm, count, 300.0))
    share = rng.standard_gamma(covers.share[cover] * covers.evenness[cover, None] + 1e-9)
    rung = covers.rung[cover] + covers.spread[cover] * rng.standard_normal((count, PARTS))
    return Fields(
        cover, spectra.reshape(count, PARTS, STEPS, 3, -1), share / np.maximum(share.sum(axis=1,
            keepdims=True), 1e-9), rung,
        own.astype(np.float32), rng.standard_normal(count), rng.standard_normal(count),
        np.ones((count, PARTS)),
    )  # fmt: skip


def pixel_spectra(rng: np.random.Generator, fields: Fields, covers: Covers, field_of: Integers) -> Floats32:
    """Sunlit reflectance of pixels (n, B), each straying from its field in shares and rungs."""
    count = field_of.size
    cover = fields.cover[field_of]
    stray = rng.standard_normal((2, count, PARTS)).astype(np.float32)
    place = fields.rung[field_of] + 0.5 * (covers.spread[cover] * fields.vigour[field_of]) * stray[0]
    place = np.clip(place, 0.0, STEPS - 1.001)
    low = place.astype(np.int64)
    part = np.arange(PARTS)
    rest = (place - low).astype(np.float32)[..., None, None]
    here = field_of[:, None]
    coefficients = (
        fields.spectra[here, part, low] * (1.0 - rest) + fields.spectra[here, part, low + 1] * rest
    )  # (n, PARTS, 3, B)
    soil = coefficients[:, :1, 0]
    each = coefficients[:, :, 0] + coefficients[:, :, 1] * soil / (
        1.0 - coefficients[:, :, 2] * soil
    )  # (n, PARTS, B)
    loose = 1.0 / np.sqrt(covers.evenness[cover, None])
    share = fields.share[field_of] * np.exp(0.8 * loose * stray[1])
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1e-9)
    mixed = np.matmul(share.astype(np.float32)[:, None], each)[:, 0] * fields.tone[field_of]
    shade = covers.shade[cover, None] * (1.0 + 0.3 * stray[1, :, :1])
    return np.asarray(mixed * (1.0 - shade.clip(0.0, 0.85)), dtype=np.float32)
