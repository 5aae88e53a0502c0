"""The outer loop: learn a start from which a few gradient steps already give a good map."""

from __future__ import annotations

import math
import os
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch

from geodata.errors import ModelError
from model.adaptation import class_counts, logits
from model.default_learner import default_learner
from model.episodes import (
    Episode,
    EpisodeShape,
    PixelTable,
    Simulation,
    TaskSource,
    draw_episode,
    episode_batch,
    query_accuracy,
    simulated_table,
)
from model.training_run import Run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from model.adaptation import Support
    from model.encoder import Params
    from model.meta_config import MetaTrainingConfig
    from model.meta_learning.outer import OuterLoop
    from model.meta_learning.unrolled import Unrolled


class Report(Protocol):
    """Told of progress."""

    def __call__(self, stage: str, done: int, total: int, figures: Mapping[str, float]) -> None:
        """`done` of `total` units of `stage` are finished; `figures` are for people."""


HELD_OUT = 10_000_000
"""Numbers of simulated regions from here on are never trained on."""


def learner_of(config: MetaTrainingConfig, *, first_order: bool = False) -> Unrolled[Support, Episode]:
    """What a configuration trains."""
    return default_learner(config.shape, config.steps, config.inner_rate, first_order=first_order)


def init_meta(config: MetaTrainingConfig) -> Params:
    """The untrained start: encoder, head scale, log step sizes per tensor and per step."""
    return learner_of(config).init(torch.Generator().manual_seed(config.seed))


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


def validate(
    learner: Unrolled[Support, Episode], meta: Params, batches: dict[int, list[Episode]]
) -> dict[str, float]:
    """Balanced accuracy on the query sets, by shots."""
    scores: dict[str, float] = {}
    for shots, episodes in batches.items():
        each = [task_accuracy(learner, meta, episode) for episode in episodes]
        scores[f"accuracy_{shots}"] = float(np.mean(each))
    return scores


def task_accuracy(learner: Unrolled[Support, Episode], meta: Params, episode: Episode) -> float:
    """Balanced accuracy of one task after the inner loop."""
    support = episode.support
    with torch.no_grad():
        adapted = learner.adapt(meta, support)
        scores = logits(adapted, episode.query_pixels, support.region, class_counts(support.labels))
    return query_accuracy(scores, episode.query_labels)


def run_step(loop: OuterLoop, batch: Episode, config: MetaTrainingConfig) -> float:
    """One meta-batch: theta -= beta * grad_theta mean L(phi(theta), query); its loss."""
    first_order = loop.batch / config.batches < config.first_order_share
    slopes, loss = learner_of(config, first_order=first_order).gradient(loop.current(), batch)
    loop.step(slopes)
    return float(loss)


def meta_train(
    config: MetaTrainingConfig,
    folder: Path,
    report: Report,
    real: Mapping[str, Sequence[PixelTable]] | None = None,
) -> tuple[Params, list[dict[str, float]]]:
    """Train from the beginning, or from where an earlier run in `folder` was interrupted.

    Every meta-batch draws from a random stream numbered like it, so that a resumed run takes the same batches as an
    uninterrupted one, and the same seed gives the same weights on the same machine.

    Args:
        config: see there.
        folder: for the state of an unfinished run; made when missing.
        report: told of progress.
        real: source -> labelled real regions to train on beside the simulated ones.

    Returns:
        The meta-parameters, and the validation curve (batch, loss, accuracies).

    Raises:
        ModelError: the folder holds a run of another configuration, or the loss is no longer finite.
    """
    run = Run.open(config, init_meta(config), folder)
    tables = simulate_tables(config.simulation, config.seed, range(config.simulation.regions), report)
    held_out = range(HELD_OUT, HELD_OUT + config.validation_tasks)
    validation = validation_batches(config, simulate_tables(config.simulation, config.seed, held_out, report))
    source = TaskSource(tables, real, real_share=config.real_share)
    with ThreadPoolExecutor(1) as reader:

        def draw(number: int) -> Future[Episode]:
            rng = np.random.default_rng([config.seed, 1, number])
            return reader.submit(episode_batch, source, tasks=config.tasks, ways=config.ways, rng=rng)

        following = draw(run.loop.batch)
        while run.loop.batch < config.batches:
            batch, following = following.result(), draw(run.loop.batch + 1)
            loss = run_step(run.loop, batch, config)
            if not math.isfinite(loss):
                raise ModelError(
                    f"the loss is {loss} at meta-batch {run.loop.batch}: lower `learning_rate` or `inner_rate`"
                )
            if run.loop.batch % config.validate_every == 0 or run.loop.batch == config.batches:
                run.curve.append(
                    {"batch": run.loop.batch, "loss": loss}
                    | validate(learner_of(config), run.loop.average, validation)
                )
                run.save()
            report(
                "meta-train",
                run.loop.batch,
                config.batches,
                {"loss": loss} | (run.curve[-1] if run.curve else {}),
            )
    return run.loop.average, run.curve
