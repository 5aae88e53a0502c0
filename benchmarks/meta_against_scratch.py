"""What meta-training brings: the shipped start against the same network trained from scratch, on the same labels.

    python benchmarks/meta_against_scratch.py [--real FOLDER ...] [--regions 100] [--draws 10] [--jobs 2] [--json FILE]

Simulated regions have one date or more, and numbers that meta-training never uses. Support and query come from
different fields (groups). The rival gets, for each number of labels, the learning rate and the number of steps that are
best *on these very query sets*: more than any user could have. Both sides are also compared as the product maps, with
the linear part (`model.linear`) added to the scores of either network. Intervals: bootstrap over regions (simulated),
over sources (real).
"""

from __future__ import annotations

import argparse
import json
import os
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from tqdm import tqdm

from geodata.accuracy import balanced_accuracy
from geodata.pixel_tasks import read_task
from model.adaptation import Support
from model.adapted import (
    NETWORK_SHARE,
    TOLERANCE,
    pixel_inputs,
    region_statistics,
    steps_for,
    unlabelled,
)
from model.checkpoint import load_initialization
from model.default_learner import default_learner
from model.episodes import Simulation, simulated_region
from model.evaluation import BACKGROUND_PIXELS, Draw, group_draw, mean_interval
from model.linear import fit_with_background, linear_inputs
from model.meta_training import HELD_OUT
from model.methods.scratch import scores, train_from_scratch
from model.spectral import Resampling, region_inputs

if TYPE_CHECKING:
    from numpy.typing import NDArray

SHOTS = (1, 5, 20)
STEPS = (5, 10, 20, 40, 80, 160, 320)
LEARNING_RATES = (1e-3, 1e-2)
QUERIES = 1000
BEYOND_VALIDATION = 100_000
WITH_LINEAR = " + linear"


@dataclass(frozen=True, slots=True)
class Region:
    """Labelled pixels."""

    unit: str
    """What the bootstrap draws: the region itself where it is simulated, its source where it is real."""
    reflectance: NDArray[np.float32]
    """(n, T, B), NaN = missing."""
    background: NDArray[np.float32]
    """(m, T, B), NaN = missing."""
    wavelengths_nm: NDArray[np.float64]
    class_index: NDArray[np.int64]
    group: NDArray[np.int64]


def simulated(number: int) -> Region:
    """A region that neither training nor validation has seen."""
    drawn = simulated_region(Simulation(), 0, HELD_OUT + BEYOND_VALIDATION + number)
    return Region(
        str(number),
        drawn.reflectance,
        drawn.background,
        drawn.wavelengths_nm,
        drawn.class_index,
        drawn.field,
    )


def real(path: Path) -> Region:
    """A pixel task file, with a fixed unlabelled sample of it; pixels never seen in any band are dropped."""
    task = read_task(path)
    seen = np.isfinite(task.reflectance).any(axis=(1, 2))
    pixels, names = task.reflectance[seen], np.unique(task.class_index[seen], return_inverse=True)[1]
    sample = np.random.default_rng(0).permutation(len(pixels))[:BACKGROUND_PIXELS]
    return Region(task.source, pixels, pixels[sample], task.wavelengths_nm, names, task.group[seen])


def compare(region: Region, draw: Draw, seed: int) -> dict[str, float]:
    """Balanced accuracy of the start and of each variant of its rival, without and with the linear part."""
    start, resampling = load_initialization(), Resampling.of(region.wavelengths_nm)
    statistics = region_statistics(region.background, resampling)
    query = np.random.default_rng(seed).permutation(draw.query)[:QUERIES]
    shown, pixels = (
        torch.from_numpy(pixel_inputs(region.reflectance[rows], resampling, statistics))
        for rows in (draw.support, query)
    )
    ways = int(region.class_index.max()) + 1
    labels = torch.eye(ways)[torch.from_numpy(region.class_index[draw.support])]
    support = Support(shown, labels, torch.from_numpy(region_inputs(resampling, statistics)))
    others = linear_inputs(unlabelled(region.background, resampling, statistics))
    weight, bias = fit_with_background(linear_inputs(shown), labels, others)
    linear = linear_inputs(pixels) @ weight.T + bias
    result: dict[str, float] = {}

    def take(name: str, network: torch.Tensor) -> None:
        for suffix, values in (("", network), (WITH_LINEAR, NETWORK_SHARE * network + linear)):
            predicted = values.argmax(dim=1).numpy()
            result[name + suffix] = balanced_accuracy(region.class_index[query], predicted, ways)

    with torch.no_grad():
        steps = steps_for(len(labels) / int((labels.sum(dim=0) > 0).sum()), start.steps)
        learner = default_learner(start.shape, tolerance=TOLERANCE)
        adapted = learner.adapt(start.meta, support, steps=steps)
    take("meta", scores(adapted, support, pixels))
    for rate in LEARNING_RATES:
        kept = train_from_scratch(support, start.shape, steps=STEPS, learning_rate=rate, seed=seed)
        for step, params in kept.items():
            take(f"lr={rate:g} steps={step}", scores(params, support, pixels))
    return result


def mean_of_draws(which: int | Path, shots: int, draws: int) -> tuple[str, dict[str, float]]:
    """Unit of a region and the mean of `compare` over draws; without figures where its groups cannot be split."""
    torch.set_num_threads(1)
    region = real(which) if isinstance(which, Path) else simulated(which)
    streams = [np.random.default_rng([seed, shots]) for seed in range(draws)]
    try:
        chosen = [group_draw(region.class_index, region.group, shots, rng) for rng in streams]
    except ValueError:
        return region.unit, {}
    each = [compare(region, draw, seed) for seed, draw in enumerate(chosen)]
    return region.unit, {name: float(np.mean([e[name] for e in each])) for name in each[0]}


def summary(by_unit: dict[str, list[dict[str, float]]], suffix: str) -> dict[str, Any]:
    """Means over units, the rival's best variant, and the interval of the difference."""
    names = [n for n in next(iter(by_unit.values()))[0] if n.endswith(WITH_LINEAR) == bool(suffix)]
    means = {n: np.array([np.mean([r[n] for r in rows]) for rows in by_unit.values()]) for n in names}
    ours = means.pop("meta" + suffix)
    best = max(means, key=lambda n: float(means[n].mean()))
    difference, low, high = mean_interval(ours - means[best])
    return {
        "units": len(by_unit),
        "tasks": sum(map(len, by_unit.values())),
        "linear": bool(suffix),
        "meta": float(ours.mean()),
        "scratch": float(means[best].mean()),
        "scratch_variant": best.removesuffix(WITH_LINEAR),
        "difference": difference,
        "ci95": [low, high],
    }


def main() -> None:
    """Run, and print a Markdown table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--real", type=Path, action="append", default=[], help="folder of pixel task files")
    parser.add_argument("--regions", type=int, default=100, help="simulated ones")
    parser.add_argument("--draws", type=int, default=10, help="of each real region")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)), help="processes")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    paths = [path for folder in options.real for path in sorted(folder.glob("*.npz"))]
    kinds = {"simulated": (range(options.regions), 1), "real": (paths, options.draws)}
    units = [
        (kind, which, shots) for kind, (all_of, _) in kinds.items() for which, shots in product(all_of, SHOTS)
    ]
    found: dict[Any, tuple[str, dict[str, float]]] = {}
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        futures = {pool.submit(mean_of_draws, u[1], u[2], kinds[u[0]][1]): u for u in units}
        for future in tqdm(as_completed(futures), total=len(units), smoothing=0):
            found[futures[future]] = future.result()
    rows = []
    for kind, shots in product(kinds, SHOTS):
        by_unit: dict[str, list[dict[str, float]]] = {}
        for unit, figures in (found[u] for u in units if (u[0], u[2]) == (kind, shots)):
            if figures:
                by_unit.setdefault(unit, []).append(figures)
        if by_unit:
            rows += [{"regions": kind, "shots": shots} | summary(by_unit, s) for s in ("", WITH_LINEAR)]
    print(
        "| regions | labels a class | both sides | meta-trained | scratch, best in hindsight | difference |"
    )
    print("|---|---|---|---|---|---|")
    for r in rows:
        low, high = (f"{100 * v:+.1f}" for v in r["ci95"])
        print(
            f"| {r['regions']}, {r['tasks']} of {r['units']} | {r['shots']} | "
            f"{'network + linear part' if r['linear'] else 'network'} | {100 * r['meta']:.1f} | "
            f"{100 * r['scratch']:.1f} ({r['scratch_variant']}) | {100 * r['difference']:+.1f} ({low} to {high}) |"
        )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
