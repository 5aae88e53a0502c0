"""Weights of the meta-trained methods: `model/weights/methods/<name>.safetensors`, with a manifest beside each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import torch

from geodata.errors import ModelError
from model.checkpoint import WEIGHTS, load_initialization, save_initialization
from model.methods.learners import LearnerSettings
from model.spectral import PIXEL_INPUTS, REGION_INPUTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from model.encoder import Params

FOLDER = WEIGHTS / "methods"


@dataclass(frozen=True, slots=True)
class Trained:
    """The result of meta-training one method."""

    meta: Params
    settings: LearnerSettings
    steps: int
    """Inner steps at service."""


def save_trained(folder: Path, name: str, trained: Trained, described: Mapping[str, Any]) -> None:
    """Write weights and manifest; numbers are halved to 16 bits, of which a classifier notices nothing.

    Args:
        folder: made when missing.
        name: of the method.
        trained: what to write.
        described: what else the manifest tells.
    """
    half = {key: value.detach().to(torch.float16) for key, value in trained.meta.items()}
    settings = {"steps": trained.settings.steps, "inner_rate": trained.settings.inner_rate}
    told = {"learner": settings, **described}
    save_initialization(folder / f"{name}.json", half, trained.settings.shape, trained.steps, told)


def load_trained(name: str, folder: Path | None = None) -> Trained:
    """Read the weights of a method.

    Args:
        name: of the method.
        folder: where they are; those of the package when None.

    Raises:
        ModelError: not trained yet, altered, or of a network with other inputs.
    """
    return _load((folder or FOLDER) / f"{name}.json")


@cache
def _load(manifest: Path) -> Trained:
    name = manifest.stem
    again = f"train it: `python benchmarks/train_methods.py --only {name}`"
    if not manifest.exists():
        raise ModelError(f"the method {name} has no weights ({manifest} is missing); {again}")
    found = load_initialization(manifest)
    columns = found.meta["pixel.weight"].shape[1], found.meta["region.weight"].shape[1]
    if columns != (PIXEL_INPUTS, REGION_INPUTS):
        raise ModelError(
            f"{manifest} is of a network with other inputs ({columns}) than this release's; {again}"
        )
    settings = LearnerSettings(shape=found.shape, **found.manifest["learner"])
    return Trained({key: value.to(torch.float32) for key, value in found.meta.items()}, settings, found.steps)
