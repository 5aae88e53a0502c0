"""Case study: meta-learned, pre-trained and fine-tuned, and from scratch, as source and target move apart.

    python -m benchmarks.case_study [--real FOLDER] [--batches 600] [--regions 1500] [--targets 84] [--jobs 2]
        [--cache FOLDER] [--output docs]

Trains the learners on simulated regions of a few themes that one sensor sees, shows them targets nearer and farther,
and writes `case-study.md` and `case-study.png`. Only a simulator can set the distance, so real regions
(`--real`, a folder with pixel task files in `eval/`) stand beside the others without one. Learners and
figures are kept in `--cache` and not made again while the settings are the same; empty it when the simulator changes.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from tqdm import tqdm

from benchmarks.case_study_report import write_report
from benchmarks.case_study_rows import (
    FAR_THEMES,
    LEARNERS,
    MAML,
    META,
    PRETRAIN,
    REAL,
    SCRATCH,
    SHOTS,
    SOURCE_THEMES,
    Outcome,
    variant,
)
from benchmarks.train_methods import Bars, validation_tasks
from geodata.accuracy import balanced_accuracy
from geodata.pixel_tasks import read_task
from geodata.sensors import SENSORS
from geodata.simulation.regions import RegionSample, draw_region
from model.adaptation import Support
from model.episodes import PixelTable, TaskSource, pixel_table
from model.evaluation import Draw, background, group_draw, task_draw
from model.land_cover import LandCover
from model.linear import ITERATIONS
from model.meta_config import MetaTrainingConfig
from model.meta_training import HELD_OUT
from model.methods.fine_tuning import fine_tune
from model.methods.pretrain import best_head
from model.methods.scratch import LEARNING_RATE, scores, train_from_scratch
from model.methods.trained import FOLDER, load_trained
from model.methods.training import learner_of, train_method

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

SENSOR_BANDS = {
    "sentinel-2": ("B02", "B03", "B04", "B05", "B06", "B07", "B08", "B8A", "B11", "B12"),
    "landsat-5": ("B1", "B2", "B3", "B4", "B5", "B7"),
    "planetscope": ("blue", "green", "red", "nir"),
}
SCRATCH_STEPS = (10, 20, 40, 80, 160)
FINE_TUNING = ((1e-3, (20,)), (1e-4, (0, 20, 80)))
"""Rates of Adam after pre-training, and after how many steps to judge; with none only the head is fitted."""
REAL_DRAWS = 2
PIXELS, FIELDS = 36, 4
"""Per class, of one side; a training region is drawn with twice as many, and half of them are held out."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where regions are drawn from; `number` picks theme and sensor in turn."""

    themes: tuple[str, ...]
    sensors: tuple[str, ...]
    first: int = HELD_OUT
    """Number of its first region; places that share it have the same classes in the same order of regions."""
    trained_on: bool = False

    def sample(self, number: int) -> RegionSample:
        """The `number`-th region."""
        rng = np.random.default_rng([7, self.first + number])
        named = {band.name: band for band in SENSORS[self.sensors[number % len(self.sensors)]].bands}
        bands = [named[name] for name in SENSOR_BANDS[self.sensors[number % len(self.sensors)]]]
        bands.sort(key=lambda band: band.wavelength_nm)
        sides = 2 if self.trained_on else 1
        return draw_region(
            rng,
            classes=int(rng.integers(2, 9)),
            pixels_per_class=PIXELS * sides,
            fields_per_class=FIELDS * sides,
            wavelengths_nm=[band.wavelength_nm for band in bands],
            fwhm_nm=[band.fwhm_nm for band in bands],
            theme=self.themes[number % len(self.themes)],
        )


SOURCE = Place(SOURCE_THEMES, ("sentinel-2",), first=0, trained_on=True)
TARGETS = {
    "same region": SOURCE,
    "other region": Place(SOURCE_THEMES, ("sentinel-2",)),
    "other continent": Place(FAR_THEMES, ("sentinel-2",)),
    "other sensor: TM": Place(SOURCE_THEMES, ("landsat-5",)),
    "other sensor: Planet": Place(SOURCE_THEMES, ("planetscope",)),
    "continent and sensor": Place(FAR_THEMES, ("landsat-5", "planetscope")),
}
VALIDATION = Place(SOURCE_THEMES, ("sentinel-2",), first=2 * HELD_OUT)


def table_of(place: Place, number: int, *, held_out: bool) -> PixelTable:
    """A region as the network reads it; of one that is trained on, the fields for training or the others."""
    torch.set_num_threads(1)
    sample = place.sample(number)
    keep = np.ones(len(sample.field), dtype=bool)
    if place.trained_on:
        keep = (sample.field % (2 * FIELDS) >= FIELDS) == held_out
    return pixel_table(
        sample.reflectance[keep],
        sample.background,
        sample.wavelengths_nm,
        sample.class_index[keep],
        sample.field[keep],
    )


def train(
    name: str,
    config: MetaTrainingConfig,
    tables: list[PixelTable],
    validation: list[PixelTable],
    folder: Path,
) -> dict[str, float]:
    """Train one learner into `folder`; inner steps at service are chosen on new regions of the source's kind."""
    torch.set_num_threads(1)
    tasks = validation_tasks(validation, config.ways)
    return train_method(name, config, TaskSource(tables), folder, Bars(), validation=tasks)


def judge_simulated(target: str, folder: Path, number: int) -> list[Outcome]:
    """All learners on one region, at each number of labels."""
    place = TARGETS[target]
    table = table_of(place, number, held_out=True)
    theme = place.themes[number % len(place.themes)]
    outcomes = []
    for shots in SHOTS:
        rng = np.random.default_rng([number, shots])
        draw = group_draw(table.class_index, table.group, shots, rng)
        found = judge(table, draw, folder, seed=number)
        outcomes.append(Outcome(target, str(number), theme, shots, found))
    return outcomes


def judge_real(folder: Path, path: Path) -> list[Outcome]:
    """All learners on one real region, mean over draws."""
    torch.set_num_threads(1)
    task = read_task(path)
    table = pixel_table(task.reflectance, background(task), task.wavelengths_nm, task.class_index, task.group)
    kind = "one date" if table.region.shape[0] == 1 else "series"
    outcomes = []
    for shots in SHOTS:
        each = [judge(table, task_draw(task, shots, n), folder, seed=n) for n in range(REAL_DRAWS)]
        means = {name: float(np.mean([found[name] for found in each])) for name in each[0]}
        outcomes.append(Outcome(REAL, task.source, kind, shots, means))
    return outcomes


def judge(table: PixelTable, draw: Draw, folder: Path, *, seed: int) -> dict[str, float]:
    """Balanced accuracy of each learner on one draw; of those without meta-learning that of each variant."""
    ways = int(table.class_index.max()) + 1
    shown, asked = (torch.from_numpy(table.inputs[rows]) for rows in (draw.support, draw.query))
    labels = torch.eye(ways)[torch.from_numpy(table.class_index[draw.support])]
    support = Support(shown, labels, torch.from_numpy(table.region))
    found: dict[str, float] = {}

    def take(name: str, scorer: Callable[[Tensor], Tensor]) -> None:
        predicted = scorer(asked).argmax(dim=1).numpy()
        found[name] = balanced_accuracy(table.class_index[draw.query], predicted, ways)

    with torch.no_grad():
        for name in (META, MAML):
            trained = load_trained(name, folder)
            take(name, learner_of(name)(trained.settings).fit(trained.meta, support, trained.steps))
        trained = load_trained(PRETRAIN, folder)
        start = trained.meta | best_head(trained.meta, support, ITERATIONS)
    loss = partial(LandCover(trained.settings.shape).support_loss, support=support)
    for rate, counts in FINE_TUNING:
        for steps, params in fine_tune(start, loss, steps=counts, learning_rate=rate).items():
            take(variant(PRETRAIN, f"{steps} steps at {rate:g}"), partial(scores, params, support))
    kept = train_from_scratch(
        support, trained.settings.shape, steps=SCRATCH_STEPS, learning_rate=LEARNING_RATE, seed=seed
    )
    for steps, params in kept.items():
        take(variant(SCRATCH, f"{steps} steps"), partial(scores, params, support))
    return found


def run(options: argparse.Namespace, cache: Path) -> dict[str, Any]:
    """Train what is missing and judge it; everything that the report tells."""
    begun = time.perf_counter()
    config = MetaTrainingConfig.read(FOLDER.parent / "landshot.toml")
    simulation = replace(config.simulation, regions=options.regions, dates=(1,))
    config = replace(config, batches=options.batches, simulation=simulation)
    folder = cache / f"{options.batches}-batches-{options.regions}-regions-seed-{config.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    paths = sorted((options.real / "eval").glob("*.npz")) if options.real else []
    settings = {
        "config": asdict(config),
        "targets": options.targets,
        "order": list(TARGETS),
        "real": [path.name for path in paths],
    }
    kept = folder / "study.json"
    if kept.exists() and (study := json.loads(kept.read_text()))["settings"] == json.loads(
        json.dumps(settings)
    ):
        return dict(study)
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        missing = [name for name in LEARNERS if not (folder / f"{name}.json").exists()]
        if missing:
            draw = partial(table_of, held_out=False)
            tables = list(pool.map(partial(draw, SOURCE), range(options.regions), chunksize=32))
            others = list(pool.map(partial(draw, VALIDATION), range(config.validation_tasks), chunksize=8))
            training = {pool.submit(train, n, config, tables, others, folder): n for n in missing}
            for done in as_completed(training):
                told = ", ".join(f"{key} {value:.3f}" for key, value in done.result().items())
                print(f"{training[done]}: {told}", flush=True)
        units = [pool.submit(judge_real, folder, path) for path in paths]  # the longest ones first
        units += [
            pool.submit(judge_simulated, target, folder, number)
            for target in TARGETS
            for number in range(options.targets)
        ]
        for unit in tqdm(as_completed(units), total=len(units), desc="judge", disable=None):
            unit.result()
    outcomes = [outcome for unit in units for outcome in unit.result()]
    study = {
        "settings": settings,
        "steps": {name: load_trained(name, folder).steps for name in (META, MAML)},
        "seconds": {name: _training_seconds(folder / f"{name}.json") for name in LEARNERS},
        "minutes": (time.perf_counter() - begun) / 60,
        "jobs": options.jobs,
        "outcomes": [asdict(outcome) for outcome in outcomes],
    }
    kept.write_text(json.dumps(study) + "\n")
    return study


def _training_seconds(manifest: Path) -> float:
    return float(json.loads(manifest.read_text())["training"]["figures"]["seconds"])


def main() -> None:
    """Run, and write the page and its figure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--real", type=Path, help="folder whose eval/ holds real pixel task files")
    parser.add_argument("--batches", type=int, default=600, help="meta-batches of each learner")
    parser.add_argument("--regions", type=int, default=1500, help="simulated regions to train on")
    parser.add_argument("--targets", type=int, default=84, help="regions of each kind to judge by")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="processes")
    parser.add_argument("--cache", type=Path, help="keeps what was trained and measured")
    parser.add_argument("--output", type=Path, default=Path(__file__).resolve().parents[1] / "docs")
    options = parser.parse_args()
    if options.targets > options.regions:
        parser.error("--targets cannot exceed --regions: the same regions are judged by their other fields")
    if options.real and not any((options.real / "eval").glob("*.npz")):
        parser.error(f"no pixel task files in {options.real / 'eval'}")
    with tempfile.TemporaryDirectory(prefix="landshot-case-study-") as temporary:
        study = run(options, options.cache or Path(temporary))
    write_report(study, options.output)


if __name__ == "__main__":
    main()
