"""The state of a meta-training run, which can be written and read: an interrupted one goes on where it was."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import torch

from geodata.errors import ModelError
from model.checkpoint import read_tensors, write_tensors
from model.meta_learning.outer import OuterLoop, OuterSettings

if TYPE_CHECKING:
    from pathlib import Path

    from model.encoder import Params
    from model.meta_config import MetaTrainingConfig

MOMENTS = ("step", "exp_avg", "exp_avg_sq")
"""What Adam keeps of each tensor."""


class Run:
    """An outer loop, its validation curve, and the folder that holds both."""

    def __init__(self, config: MetaTrainingConfig, meta: Params, folder: Path) -> None:
        """Begin at `meta`."""
        self.config, self.folder = config, folder
        paces = tuple((start, config.rate_factor) for start in ("rate.", "slope.", "head."))
        self.loop = OuterLoop(meta, OuterSettings(config.batches, config.learning_rate, paces))
        self.curve: list[dict[str, float]] = []

    @classmethod
    def open(cls, config: MetaTrainingConfig, meta: Params, folder: Path) -> Run:
        """Begin at `meta`, or go on with what is in the folder.

        Raises:
            ModelError: it holds a run of another configuration.
        """
        run = cls(config, meta, folder)
        state = folder / "state.json"
        if not state.exists():
            return run
        saved = json.loads(state.read_text())
        if saved["config"] != json.loads(json.dumps(asdict(config))):  # JSON has no tuples
            raise ModelError(
                f"{folder} holds a run of another configuration; give another folder, or delete it"
            )
        loop, run.curve = run.loop, saved["curve"]
        loop.batch = saved["batch"]
        tensors = read_tensors(folder / f"state-{loop.batch}.safetensors")
        with torch.no_grad():
            for name, value in loop.meta.items():
                value.copy_(tensors[f"meta/{name}"])
                loop.average[name] = tensors[f"average/{name}"]
                loop.optimizer.state[value] = {key: tensors[f"{key}/{name}"] for key in MOMENTS}
        return run

    def save(self) -> None:
        """Tensors first, then the file that names them: a kill in between leaves the former state in force."""
        loop = self.loop
        tensors = {f"average/{name}": value for name, value in loop.average.items()}
        for name, value in loop.meta.items():
            tensors[f"meta/{name}"] = value.detach()
            tensors |= {f"{key}/{name}": moment for key, moment in loop.optimizer.state[value].items()}
        self.folder.mkdir(parents=True, exist_ok=True)
        write_tensors(self.folder / f"state-{loop.batch}.safetensors", tensors)
        partial = self.folder / ".state.json"
        document = {"config": asdict(self.config), "batch": loop.batch, "curve": self.curve}
        partial.write_text(json.dumps(document, indent=2))
        partial.replace(self.folder / "state.json")
        for old in self.folder.glob("state-*.safetensors"):
            if old.name != f"state-{loop.batch}.safetensors":
                old.unlink()
