"""Meta-training of any method on the same tasks: one outer loop, one encoder, one order of the batches."""

from __future__ import annotations

import math
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, cast

import numpy as np
import torch

from geodata.errors import ModelError
from model.episodes import Episode, TaskSource, episode_batch, query_accuracy
from model.meta_learning.outer import OuterLoop, OuterSettings, meta_learn
from model.meta_learning.step_sizes import EACH, PREFIX
from model.methods.learners import Learner, LearnerSettings
from model.methods.trained import Trained, save_trained

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path
    from typing import Any

    from model.encoder import Params
    from model.meta_config import MetaTrainingConfig
    from model.meta_training import Report

LEARNERS = {
    "maml": "maml",
    "fomaml": "fomaml",
    "reptile": "reptile",
    "imaml": "imaml",
    "meta-sgd": "meta_sgd",
    "learned-rates": "learned_rates",
    "anil": "anil",
    "scale-and-shift": "scale_and_shift",
    "neural-process": "neural_process",
    "protonet": "protonet",
    "ridge": "ridge",
    "pretrain": "pretrain",
}
"""Methods that are trained before they are used, and their modules in `model.methods`, each with a `learner`."""

STEPS_TRIED = (0, 1, 2, 4, 8, 16)
"""Multiples of the trained inner steps, of which the best one on validation tasks is taken for service."""


def learner_of(name: str) -> Callable[[LearnerSettings], Learner]:
    """Settings -> learner, by the method's name.

    Raises:
        ModelError: no trainable method has this name.
    """
    if name not in LEARNERS:
        raise ModelError(f"there is no method {name!r} to train; there are {', '.join(LEARNERS)}")
    module = import_module(f"model.methods.{LEARNERS[name]}")
    return cast("Callable[[LearnerSettings], Learner]", module.learner)


def train_method(
    name: str,
    config: MetaTrainingConfig,
    source: TaskSource,
    folder: Path,
    report: Report,
    *,
    validation: Sequence[Episode] = (),
    described: Mapping[str, Any] | None = None,
) -> dict[str, float]:
    """Meta-train one method, and write `<folder>/<name>.safetensors` and its manifest.

    The batches are those of `model.meta_training.meta_train` with the same configuration and source; so are Adam, its
    rates, and the averaging. What a method does not have (inner steps, their rates) it takes no notice of.

    Args:
        name: see `LEARNERS`.
        config: seed, batches, tasks, ways, rates and layer sizes.
        source: of the tasks.
        folder: made when missing.
        report: told of progress.
        validation: tasks by which the number of inner steps at service is chosen; `config.service_steps` without any.
        described: what else the manifest tells, such as data and licences.

    Returns:
        Last loss (mean over the last batches), seconds, and accuracy on the validation tasks where there are any.

    Raises:
        ModelError: no such method, or the loss is no longer finite.
    """
    settings = LearnerSettings(config.shape, config.steps, config.inner_rate)
    learner = learner_of(name)(settings)
    begun = time.perf_counter()
    losses: list[float] = []

    def told(loop: OuterLoop, loss: float) -> None:
        if not math.isfinite(loss):
            raise ModelError(
                f"the loss of {name} is {loss} at meta-batch {loop.batch}: lower `learning_rate` or `inner_rate`"
            )
        losses.append(loss)
        report(f"train {name}", loop.batch, config.batches, {"loss": float(np.mean(losses[-50:]))})

    with ThreadPoolExecutor(1) as reader:
        draw = _Ahead(reader, config, source)
        generator = torch.Generator().manual_seed(config.seed)
        meta = meta_learn(learner, draw, outer_settings(config), generator, told)
    figures = {"loss": float(np.mean(losses[-50:])), "seconds": round(time.perf_counter() - begun)}
    steps = config.service_steps
    if validation:
        steps, figures["accuracy"] = best_steps(learner, meta, validation, config.steps)
    training = {"command": f"method {name}", "config": asdict(config), "figures": figures}
    save_trained(folder, name, Trained(meta, settings, steps), {"training": training | dict(described or {})})
    return figures


def outer_settings(config: MetaTrainingConfig) -> OuterSettings:
    """The outer loop of a configuration; single numbers, most of them logarithms, move faster than weights."""
    fast = [(prefix, config.rate_factor) for prefix in (PREFIX, "head.", "ridge.", "process.sharpness")]
    return OuterSettings(config.batches, config.learning_rate, paces=((EACH, 1.0), *fast))


def best_steps(
    learner: Learner, meta: Params, validation: Sequence[Episode], trained: int
) -> tuple[int, float]:
    """The number of inner steps with the highest balanced accuracy, the fewest of equals, and that accuracy."""
    found: dict[int, float] = {}
    for steps in (trained * multiple for multiple in STEPS_TRIED):
        each = [_accuracy(learner, meta, task, steps) for task in validation]
        found[steps] = float(np.mean(each))
    best = max(found, key=lambda steps: found[steps])
    return best, found[best]


def _accuracy(learner: Learner, meta: Params, task: Episode, steps: int) -> float:
    with torch.no_grad():
        scores = learner.fit(meta, task.support, steps)(task.query_pixels)
    return query_accuracy(scores, task.query_labels)


class _Ahead:
    """Draws the next batch while the current one is learned from."""

    def __init__(self, reader: ThreadPoolExecutor, config: MetaTrainingConfig, source: TaskSource) -> None:
        self._reader, self._config, self._source = reader, config, source
        self._following = self._draw(0)

    def __call__(self, number: int) -> Episode:
        batch, self._following = self._following.result(), self._draw(number + 1)
        return batch

    def _draw(self, number: int) -> Future[Episode]:
        rng = np.random.default_rng([self._config.seed, 1, number])
        tasks, ways = self._config.tasks, self._config.ways
        return self._reader.submit(episode_batch, self._source, tasks=tasks, ways=ways, rng=rng)
