"""Meta-train every method of the harness on the same tasks, one after the other; what is there already is skipped.

    python benchmarks/train_methods.py [--config model/weights/landshot.toml] [--batches N] [--only maml,ridge]
        [--train FOLDER] [--regions N] [--output model/weights/methods] [--again]

Tasks are the simulated regions of the configuration, and the real ones of `--train` (pixel task files) where it is
given, in the configuration's shares. All methods see the same batches in the same order, with the same encoder and
outer loop. The number of inner steps at service is chosen on held-out simulated regions, `--validate-on-train` on tasks
of the real ones.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from app.provenance import commit
from app.training import real_tables
from model.episodes import Episode, EpisodeShape, PixelTable, TaskSource, draw_episode
from model.meta_config import MetaTrainingConfig
from model.meta_training import HELD_OUT, simulate_tables
from model.methods.trained import FOLDER
from model.methods.training import LEARNERS, train_method

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VALIDATION_SHOTS = (1, 5, 20)


class Bars:
    """A progress bar per stage."""

    def __init__(self) -> None:
        self._bars: dict[str, Any] = {}

    def __call__(self, stage: str, done: int, total: int, figures: Mapping[str, float]) -> None:
        """Move the bar of this stage."""
        if stage not in self._bars:
            self._bars[stage] = tqdm(total=total, desc=stage, disable=None)
        bar = self._bars[stage]
        bar.set_postfix({name: f"{value:.3f}" for name, value in figures.items()}, refresh=False)
        bar.update(done - bar.n)
        if done == total:
            bar.close()
            del self._bars[stage]


def validation_tasks(tables: Sequence[PixelTable], ways: int) -> list[Episode]:
    """One task of each region, at each number of labels in turn."""
    drawn = []
    for number, table in enumerate(tables):
        shape = EpisodeShape(ways, VALIDATION_SHOTS[number % len(VALIDATION_SHOTS)], uneven=0.0)
        drawn.append(draw_episode(table, shape, np.random.default_rng([3, number])))
    return [episode for episode in drawn if episode is not None]


def main() -> None:
    """Train what is missing."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, default=FOLDER.parent / "landshot.toml")
    parser.add_argument(
        "--batches", type=int, help="meta-batches of each method; the configuration's if not given"
    )
    parser.add_argument("--only", help="names of methods, separated by commas")
    parser.add_argument("--train", type=Path, help="folder of real pixel task files to train on as well")
    parser.add_argument("--regions", type=int, help="simulated regions; the configuration's if not given")
    parser.add_argument("--output", type=Path, default=FOLDER)
    parser.add_argument("--again", action="store_true", help="train what is there already too")
    parser.add_argument("--validate-on-train", action="store_true")
    options = parser.parse_args()
    config = MetaTrainingConfig.read(options.config)
    config = replace(config, batches=options.batches or config.batches)
    if options.regions:
        config = replace(config, simulation=replace(config.simulation, regions=options.regions))
    names = options.only.split(",") if options.only else list(LEARNERS)
    missing = [name for name in names if options.again or not (options.output / f"{name}.json").exists()]
    if not missing:
        print(f"all methods are there already, in {options.output}")
        return
    code = commit()
    bars = Bars()
    simulation = config.simulation
    tables = simulate_tables(simulation, config.seed, range(simulation.regions), bars)
    real = real_tables(options.train) if options.train else {}
    if options.validate_on_train:
        held_out = [table for tables_of_source in real.values() for table in tables_of_source]
    else:
        numbers = range(HELD_OUT, HELD_OUT + config.validation_tasks)
        held_out = simulate_tables(simulation, config.seed, numbers, bars)
    validation = validation_tasks(held_out, config.ways)
    for name in missing:
        source = TaskSource(tables, real, real_share=config.real_share)
        data = {"commit": code, "data": ["simulated regions", *real]}
        figures = train_method(
            name, config, source, options.output, bars, validation=validation, described=data
        )
        print(name, ", ".join(f"{key} {value:.3f}" for key, value in figures.items()), flush=True)


if __name__ == "__main__":
    main()
