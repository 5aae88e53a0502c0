"""Made-up regions and an untrained start, for tests of what is adapted."""

from __future__ import annotations

import numpy as np

from model.checkpoint import Initialization
from model.encoder import EncoderShape
from model.meta_config import MetaTrainingConfig
from model.meta_training import init_meta
from model.support import SupportSet

SENTINEL_2 = np.array([443.0, 490, 560, 665, 705, 740, 783, 842, 865, 945, 1610, 2190])
LANDSAT = np.array([482.0, 561, 655, 865, 1609, 2201])
PLANET = np.array([490.0, 565, 665, 865])


def untrained(steps=5):
    config = MetaTrainingConfig(seed=1, steps=steps, shape=EncoderShape(width=24, features=16))
    return Initialization("random", init_meta(config), config.shape, steps, "0" * 64, {})


def with_gaps(pixels, rng, share=0.3):
    """A copy in which that share of the dates (..., T, B) is missing, all bands of them."""
    holes = rng.random(pixels.shape[:-1]) < share
    return np.where(holes[..., None], np.float32(np.nan), pixels)


def clear_once(pixels):
    return pixels[np.isfinite(pixels).all(axis=-1).any(axis=-1)]


def support_set(rng, *, dates=1, wavelengths=LANDSAT, labels=(2, 5, 4), gaps=0.0, background=200):
    """Classes that differ in level on each date; every labelled pixel is clear on the first date."""
    index = np.repeat(np.arange(len(labels)), labels)
    base = rng.uniform(0.02, 0.4, size=(len(labels), dates, wavelengths.size))
    pixels = (base[index] + rng.normal(0, 0.02, size=(index.size, *base.shape[1:]))).astype(np.float32)
    others = rng.uniform(0.0, 0.5, size=(background, *base.shape[1:])).astype(np.float32)
    pixels[:, 1:] = with_gaps(pixels[:, 1:], rng, gaps)
    return SupportSet(pixels, index, wavelengths, with_gaps(others, rng, gaps))
