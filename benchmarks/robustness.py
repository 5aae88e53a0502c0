"""Wrong labels, and one label of a class beside thirty of the others: the default against a random forest.

    python -m benchmarks.robustness --tasks FOLDER [--draws 10]

Wrong labels: a fifth of the support set's labels name another class of the task, at five labels a class; what counts is
how many points of balanced accuracy that costs. Imbalance: each class in turn has one label while the others have up to
thirty; what counts is that class's recall. Same draws for both methods, query pixels from other groups, means over
sources with bootstrap intervals.
"""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from tqdm import tqdm

from geodata.accuracy import balanced_accuracy
from geodata.pixel_tasks import read_task
from model.evaluation import background, group_draw, mean_interval
from model.methods.registry import method
from model.support import SupportSet

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.pixel_tasks import PixelTask

METHODS = ("default", "random-forest")
SHOTS, MANY, QUERIES = 5, 30, 1000
WRONG = 0.2


def scores_of(
    task: PixelTask,
    support: NDArray[np.int64],
    labels: NDArray[np.int64],
    query: NDArray[np.int64],
    seed: int,
) -> dict[str, NDArray[np.int64]]:
    """Predicted classes of the query pixels, by method."""
    ways = len(task.class_names)
    shown = SupportSet(task.reflectance[support], labels, task.wavelengths_nm, background(task))
    return {name: method(name)(shown, ways, seed)(task.reflectance[query]).argmax(axis=1) for name in METHODS}


def wrong_labels(task: PixelTask, seed: int) -> dict[str, float]:
    """Points of balanced accuracy that wrong labels cost, by method."""
    rng = np.random.default_rng([seed, 1])
    draw = group_draw(task.class_index, task.group, SHOTS, rng)
    query = rng.permutation(draw.query)[:QUERIES]
    ways, truth = len(task.class_names), task.class_index[draw.support]
    flipped = truth.copy()
    chosen = rng.permutation(truth.size)[: round(WRONG * truth.size)]
    flipped[chosen] = (flipped[chosen] + rng.integers(1, ways, chosen.size)) % ways
    right, wrong = (scores_of(task, draw.support, labels, query, seed) for labels in (truth, flipped))
    asked = task.class_index[query]
    return {
        name: 100
        * (balanced_accuracy(asked, right[name], ways) - balanced_accuracy(asked, wrong[name], ways))
        for name in METHODS
    }


def one_label(task: PixelTask, seed: int) -> dict[str, float]:
    """Recall in percent of a class with one label, mean over the classes, by method."""
    rng = np.random.default_rng([seed, 2])
    draw = group_draw(task.class_index, task.group, MANY, rng)
    query = rng.permutation(draw.query)[:QUERIES]
    recalls: dict[str, list[float]] = {name: [] for name in METHODS}
    for rare in range(len(task.class_names)):
        of_class = draw.support[task.class_index[draw.support] == rare]
        others = draw.support[task.class_index[draw.support] != rare]
        support = np.concatenate([of_class[:1], others])
        asked = query[task.class_index[query] == rare]
        if asked.size:
            for name, found in scores_of(task, support, task.class_index[support], asked, seed).items():
                recalls[name].append(100 * float((found == rare).mean()))
    return {name: float(np.mean(each)) for name, each in recalls.items()}


def measure(job: tuple[str, int], folder: Path) -> tuple[str, dict[str, float], dict[str, float]]:
    """Both figures for one task and draw, with the task's source."""
    task = read_task(folder / job[0])
    return task.source, wrong_labels(task, job[1]), one_label(task, job[1])


def main() -> None:
    """Run, and print both figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tasks", type=Path, required=True, help="folder of pixel task files")
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    files = sorted(path.name for path in options.tasks.glob("*.npz"))
    jobs = [(name, seed) for name in files for seed in range(options.draws)]
    by_source: dict[str, list[tuple[dict[str, float], dict[str, float]]]] = {}
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        results = pool.map(partial(measure, folder=options.tasks), jobs)
        for source, wrong, lone in tqdm(results, total=len(jobs), desc="robustness"):
            by_source.setdefault(source, []).append((wrong, lone))
    for number, title in enumerate(
        (
            f"points lost to {WRONG:.0%} wrong labels at {SHOTS} labels a class",
            f"recall in percent of a class with 1 label beside classes with {MANY}",
        )
    ):
        means = {
            name: np.array([np.mean([row[number][name] for row in rows]) for rows in by_source.values()])
            for name in METHODS
        }
        ours, forest = (means[name] for name in METHODS)
        difference, low, high = mean_interval(ours - forest)
        print(
            f"{title}: default {ours.mean():.1f}, random forest {forest.mean():.1f}, difference {difference:+.1f} "
            f"({low:+.1f} to {high:+.1f}), ratio {ours.mean() / forest.mean():.2f}"
        )


if __name__ == "__main__":
    main()
