"""The outer loop: learn a start from which a few gradient steps already give a good map."""

from __future__ import annotations

import json
import math
import os
import tomllib
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import torch
from torch import Tensor
from torch.func import grad_and_value, vmap

from geodata.errors import ModelError
from model.adaptation import balanced_loss, class_counts, inner_loop, logits
from model.checkpoint import read_tensors, write_tensors
from model.encoder import EncoderShape, Params, init_encoder
from model.episodes import (
    Episode,
    EpisodeShape,
    PixelTable,
    Simulation,
    draw_episode,
    episode_batch,
    simulated_table,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from concurrent.futures import Future
    from pathlib import Path


class Report(Protocol):
    """Told of progress."""

    def __call__(self, stage: str, done: int, total: int, figures: Mapping[str, float]) -> None:
        """`done` of `total` units of `stage` are finished; `figures` are for people."""


HELD_OUT = 10_000_000
"""Numbers of simulated regions from here on are never trained on."""


@dataclass(frozen=True, slots=True)
class MetaTrainingConfig:
    """Everything that determines the weights, apart from the code; saved beside them."""

    seed: int = 0
    batches: int = 6000
    tasks: int = 16
    """Tasks per meta-batch."""
    ways: int = 8
    """Most classes of a training task."""
    steps: int = 5
    """Inner steps T while training."""
    service_steps: int = 80
    """Inner steps at service: real regions differ more from simulated ones than those from each other."""
    learning_rate: float = 2e-3
    """Of the outer loop, at its start; it falls to zero along a cosine."""
    inner_rate: float = 0.03
    """Every alpha before it is learned."""
    rate_factor: float = 10.0
    """How much faster the outer loop moves log step sizes and head scale than weights: they have a long way to go."""
    first_order_share: float = 0.3
    """Share of the batches, from the start, without second derivatives (Antoniou et al. 2019, section 4)."""
    validate_every: int = 500
    validation_tasks: int = 96
    shape: EncoderShape = field(default_factory=EncoderShape)
    simulation: Simulation = field(default_factory=Simulation)

    @classmethod
    def read(cls, path: Path) -> MetaTrainingConfig:
        """Read a TOML file; keys that are not there keep their defaults.

        Raises:
            ModelError: broken TOML, or a key that does not exist.
        """
        try:
            values: dict[str, Any] = tomllib.loads(path.read_text())
            shape = EncoderShape(**values.pop("shape", {}))
            return cls(shape=shape, simulation=Simulation(**values.pop("simulation", {})), **values)
        except (OSError, tomllib.TOMLDecodeError, TypeError, ValueError) as error:
            raise ModelError(f"{path} is no meta-training configuration: {error}") from error


def init_meta(config: MetaTrainingConfig) -> Params:
    """The untrained start: encoder, head scale, log step sizes per tensor and per step."""
    encoder = init_encoder(config.shape, torch.Generator().manual_seed(config.seed))
    rate = torch.full((config.steps,), math.log(config.inner_rate))
    rates = {f"rate.{name}": rate.clone() for name in [*encoder, "head.weight", "head.bias"]}
    slopes = {f"slope.{name}": torch.tensor(0.0) for name in [*encoder, "head.weight", "head.bias"]}
    scale = {
        "head.scale": torch.tensor(-math.log(config.shape.features / 4)),
        "head.scale.slope": torch.tensor(0.0),
    }
    return {**encoder, **scale, **rates, **slopes}


def task_loss(meta: Params, episode: Episode, steps: int, *, first_order: bool) -> Tensor:
    """Query loss of one task after the inner loop, L(phi(theta), query)."""
    adapted = inner_loop(meta, episode.support, steps, first_order=first_order)
    present = class_counts(episode.support.labels)
    scores = logits(adapted, episode.query_pixels, episode.support.region, episode.query_observed, present)
    return balanced_loss(scores, episode.query_labels)


def meta_loss(meta: Params, batch: Episode, steps: int, *, first_order: bool) -> Tensor:
    """Mean query loss of a meta-batch; all its tasks run as one batched computation (`torch.func.vmap`)."""
    each = vmap(partial(task_loss, steps=steps, first_order=first_order), in_dims=(None, 0))(meta, batch)
    mean: Tensor = each.mean()
    return mean


def simulate_tables(config: Simulation, seed: int, numbers: range, report: Report) -> list[PixelTable]:
    """Draw regions on all cores; the result depends on seed and numbers only."""
    draw = partial(simulated_table, config, seed)
    tables = []
    # spawn: torch's threads do not survive a fork
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        for table in pool.map(draw, numbers, chunksize=64):
            tables.append(table)
            report("simulate", len(tables), len(numbers), {})
    return tables


def validation_batches(config: MetaTrainingConfig, tables: list[PixelTable]) -> dict[int, list[Episode]]:
    """Fixed tasks of regions that are not trained on, by shots per class."""
    batches: dict[int, list[Episode]] = {}
    for shots in (1, 5, 20):
        rng = np.random.default_rng([config.seed, 2, shots])
        shape = EpisodeShape(ways=config.ways, shots=min(shots, 20), uneven=0.0)
        drawn = (draw_episode(table, shape, rng) for table in tables)
        batches[shots] = [episode for episode in drawn if episode is not None]
    return batches


def validate(meta: Mapping[str, Tensor], batches: dict[int, list[Episode]], steps: int) -> dict[str, float]:
    """Balanced accuracy on the query sets, by shots."""
    scores: dict[str, float] = {}
    for shots, episodes in batches.items():
        each = [task_accuracy(meta, episode, steps) for episode in episodes]
        scores[f"accuracy_{shots}"] = float(np.mean(each))
    return scores


def task_accuracy(meta: Mapping[str, Tensor], episode: Episode, steps: int) -> float:
    """Balanced accuracy of one task after the inner loop."""
    with torch.no_grad():
        adapted = inner_loop(meta, episode.support, steps, first_order=True)
        present = class_counts(episode.support.labels)
        scores = logits(
            adapted, episode.query_pixels, episode.support.region, episode.query_observed, present
        )
        right = (scores.argmax(dim=1) == episode.query_labels.argmax(dim=1)).to(torch.float32)
        counts = class_counts(episode.query_labels)
        recall = (episode.query_labels * right[:, None]).sum(dim=0)[counts > 0] / counts[counts > 0]
    return float(recall.mean())


def meta_train(
    config: MetaTrainingConfig, folder: Path, report: Report
) -> tuple[Params, list[dict[str, float]]]:
    """Train from the beginning, or from where an earlier run in `folder` was interrupted.

    Every meta-batch draws from a random stream numbered like it, so that a resumed run takes the same batches as an
    uninterrupted one, and the same seed gives the same weights on the same machine.

    Args:
        config: see there.
        folder: for the state of an unfinished run; made when missing.
        report: told of progress.

    Returns:
        The meta-parameters, and the validation curve (batch, loss, accuracies).

    Raises:
        ModelError: the folder holds a run of another configuration, or the loss is no longer finite.
    """
    run = _Run.open(config, folder)
    tables = simulate_tables(config.simulation, config.seed, range(config.simulation.regions), report)
    held_out = range(HELD_OUT, HELD_OUT + config.validation_tasks)
    validation = validation_batches(config, simulate_tables(config.simulation, config.seed, held_out, report))
    with ThreadPoolExecutor(1) as reader:

        def draw(number: int) -> Future[Episode]:
            rng = np.random.default_rng([config.seed, 1, number])
            return reader.submit(episode_batch, tables, tasks=config.tasks, ways=config.ways, rng=rng)

        following = draw(run.batch)
        while run.batch < config.batches:
            batch, following = following.result(), draw(run.batch + 1)
            loss = run.step(batch)
            if not math.isfinite(loss):
                raise ModelError(
                    f"the loss is {loss} at meta-batch {run.batch}: lower `learning_rate` or `inner_rate`"
                )
            if run.batch % config.validate_every == 0 or run.batch == config.batches:
                run.curve.append(
                    {"batch": run.batch, "loss": loss} | validate(run.average, validation, config.steps)
                )
                run.save()
            report(
                "meta-train", run.batch, config.batches, {"loss": loss} | (run.curve[-1] if run.curve else {})
            )
    return run.average, run.curve


def _is_scalar(name: str) -> bool:
    return name.startswith(("rate.", "slope.", "head."))


class _Run:
    """The state of the outer loop, which can be written and read."""

    AVERAGING = 0.998
    """Decay of the running average of the parameters, which is what is shipped (Polyak averaging)."""

    def __init__(self, config: MetaTrainingConfig, folder: Path) -> None:
        self.config, self.folder = config, folder
        self.meta = {k: v.requires_grad_() for k, v in init_meta(config).items()}
        self.average = {k: v.detach().clone() for k, v in self.meta.items()}
        groups: list[dict[str, Any]] = [
            {"params": [v for k, v in self.meta.items() if not _is_scalar(k)], "factor": 1.0},
            {"params": [v for k, v in self.meta.items() if _is_scalar(k)], "factor": config.rate_factor},
        ]
        self.optimizer = torch.optim.Adam(groups, lr=config.learning_rate)
        self.batch = 0
        self.curve: list[dict[str, float]] = []

    @classmethod
    def open(cls, config: MetaTrainingConfig, folder: Path) -> _Run:
        run = cls(config, folder)
        state = folder / "state.json"
        if not state.exists():
            return run
        saved = json.loads(state.read_text())
        if saved["config"] != asdict(config):
            raise ModelError(
                f"{folder} holds a run of another configuration; give another folder, or delete it"
            )
        run.batch, run.curve = saved["batch"], saved["curve"]
        tensors = read_tensors(folder / f"state-{run.batch}.safetensors")
        with torch.no_grad():
            for name, value in run.meta.items():
                value.copy_(tensors[f"meta/{name}"])
                run.average[name] = tensors[f"average/{name}"]
                run.optimizer.state[value] = {
                    key: tensors[f"{key}/{name}"] for key in ("step", "exp_avg", "exp_avg_sq")
                }
        return run

    def save(self) -> None:
        """Tensors first, then the file that names them: a kill in between leaves the former state in force."""
        tensors = {f"average/{name}": value for name, value in self.average.items()}
        for name, value in self.meta.items():
            tensors[f"meta/{name}"] = value.detach()
            tensors |= {f"{key}/{name}": moment for key, moment in self.optimizer.state[value].items()}
        self.folder.mkdir(parents=True, exist_ok=True)
        write_tensors(self.folder / f"state-{self.batch}.safetensors", tensors)
        partial = self.folder / ".state.json"
        document = {"config": asdict(self.config), "batch": self.batch, "curve": self.curve}
        partial.write_text(json.dumps(document, indent=2))
        partial.replace(self.folder / "state.json")
        for old in self.folder.glob("state-*.safetensors"):
            if old.name != f"state-{self.batch}.safetensors":
                old.unlink()

    def step(self, batch: Episode) -> float:
        """One meta-batch: theta -= beta * grad_theta mean L(phi(theta), query)."""
        done = self.batch / self.config.batches
        rate = self.config.learning_rate * 0.5 * (1 + math.cos(math.pi * done))
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        detached = {k: v.detach() for k, v in self.meta.items()}
        first_order = done < self.config.first_order_share
        slope, loss = grad_and_value(partial(meta_loss, first_order=first_order))(
            detached, batch, self.config.steps
        )
        norm = torch.stack([(g**2).sum() for g in slope.values()]).sum().sqrt()
        shrink = (1.0 / norm.clamp_min(1e-12)).clamp_max(1.0)  # one odd batch must not throw theta away
        for name, value in self.meta.items():
            value.grad = slope[name] * shrink
        self.optimizer.step()
        self.batch += 1
        decay = min(self.AVERAGING, self.batch / (self.batch + 10))
        for name, value in self.meta.items():
            self.average[name].lerp_(value.detach(), 1 - decay)
        return float(loss)
