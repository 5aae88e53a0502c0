"""Meta-training as one command: configuration -> weights, manifest and validation curve."""

from __future__ import annotations

import platform
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import torch

from model.checkpoint import save_initialization
from model.meta_training import MetaTrainingConfig, meta_train

if TYPE_CHECKING:
    from pathlib import Path

    from model.meta_training import Report

SOURCES = [
    {
        "name": "simulated regions",
        "description": "geodata.simulation: PROSAIL canopies, parametric soils, water, built-up surfaces, snow",
        "license": "Apache-2.0",
    }
]
"""What the shipped weights are trained on; no real pixel is among it."""


def train_initialization(config: Path, output: Path, folder: Path, report: Report) -> dict[str, float]:
    """Train, and write `output` (a manifest, `.json`) with the weights beside it.

    Args:
        config: TOML file, see `model.meta_training.MetaTrainingConfig`.
        output: manifest of the new initialization; its stem is the initialization's name.
        folder: state of the run; an interrupted run in it is continued.
        report: told of progress.

    Returns:
        The last line of the validation curve.
    """
    start = time.perf_counter()
    chosen = MetaTrainingConfig.read(config)
    meta, curve = meta_train(chosen, folder, report)
    described = {
        "training": {
            "command": f"landshot meta-train {config.name}",
            "config": asdict(chosen),
            "data": SOURCES,
            "seconds": round(time.perf_counter() - start),
            "machine": f"{torch.get_num_threads()} CPU threads, {platform.machine()}",
            "torch": torch.__version__,
        },
        "validation": curve,
    }
    save_initialization(output, meta, chosen.shape, chosen.service_steps, described)
    return curve[-1]
