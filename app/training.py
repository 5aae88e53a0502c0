"""Meta-training as one command: configuration -> weights, manifest and validation curve."""

from __future__ import annotations

import platform
import time
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
import torch

from app.evaluation_files import read_tasks
from app.provenance import commit
from app.training_curve import can_draw, draw_curve
from geodata.errors import ModelError
from model.checkpoint import save_initialization
from model.episodes import pixel_table
from model.evaluation import background
from model.meta_config import MetaTrainingConfig
from model.meta_training import meta_train

if TYPE_CHECKING:
    from pathlib import Path

    from model.episodes import PixelTable
    from model.meta_training import Report

SOURCES = [
    {
        "name": "simulated regions",
        "description": "geodata.simulation: PROSAIL canopies, parametric soils, water, built-up surfaces, snow",
        "license": "Apache-2.0",
    }
]
"""What the shipped weights are trained on; no real pixel is among it."""


def train_initialization(
    config: Path, output: Path, folder: Path, report: Report, tasks: Path | None = None
) -> dict[str, float]:
    """Train, and write `output` (a manifest, `.json`) with the weights beside it.

    Args:
        config: TOML file, see `model.meta_training.MetaTrainingConfig`.
        output: manifest of the new initialization; its stem is the initialization's name.
        folder: state of the run; an interrupted run in it is continued.
        report: told of progress.
        tasks: folder of pixel task files to train on beside simulated regions, as often as `real_share` says.

    Returns:
        The last line of the validation curve.

    Raises:
        ModelError: `real_share` without task files, or the other way round; see also `meta_train`.
        TaskFileError: a task file cannot be read.
    """
    start = time.perf_counter()
    code = commit()
    chosen = MetaTrainingConfig.read(config)
    if (chosen.real_share > 0) != (tasks is not None):
        raise ModelError(
            f"{config} has real_share = {chosen.real_share}, and "
            + ("no folder of tasks is given" if tasks is None else "--tasks is given")
            + "; real regions need both a share above 0 and --tasks FOLDER"
        )
    real = real_tables(tasks) if tasks else {}
    meta, curve = meta_train(chosen, folder, report, real)
    described = {
        "training": {
            "command": f"landshot meta-train {config.name}",
            "commit": code,
            "config": asdict(chosen),
            "data": SOURCES
            + [{"name": f"pixel tasks of {name}", "license": "see their source"} for name in real],
            "seconds": round(time.perf_counter() - start),
            "machine": f"{torch.get_num_threads()} CPU threads, {platform.machine()}",
            "torch": torch.__version__,
        },
        "validation": curve,
    }
    save_initialization(output, meta, chosen.shape, chosen.service_steps, described)
    if can_draw():
        draw_curve(folder / "curve.png", curve)
    return curve[-1]


def real_tables(folder: Path) -> dict[str, list[PixelTable]]:
    """The task files of a folder by source, as the network reads them; pixels that are never clear are left out."""
    tables: dict[str, list[PixelTable]] = {}
    for task in read_tasks(folder):
        seen = np.isfinite(task.reflectance).any(axis=(1, 2))
        table = pixel_table(
            task.reflectance[seen],
            background(task),
            task.wavelengths_nm,
            task.class_index[seen],
            task.group[seen],
        )
        tables.setdefault(task.source, []).append(table)
    return tables
