"""What meta-training brings: the shipped start against the same network trained from scratch, on the same labels.

    python benchmarks/meta_against_scratch.py [--real FOLDER] [--regions 100] [--draws 10] [--json FILE]

Simulated regions are drawn with numbers that meta-training never uses. Support and query come from different fields
(groups). The rival gets, for each number of labels, the learning rate and the number of steps that are best *on these
very query sets*: more than any user could have. Intervals: bootstrap over regions (simulated), over sources (real).
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from tqdm import tqdm

from geodata.accuracy import balanced_accuracy
from geodata.pixel_tasks import read_task
from model.adaptation import Support, class_counts, inner_loop, logits
from model.checkpoint import load_initialization
from model.episodes import PixelTable, Simulation, pixel_table, simulated_table
from model.evaluation import group_draw, mean_interval
from model.meta_training import HELD_OUT
from model.methods.scratch import scores, train_from_scratch

if TYPE_CHECKING:
    from collections.abc import Iterator

SHOTS = (1, 5, 20)
STEPS = (5, 10, 20, 40, 80, 160, 320)
LEARNING_RATES = (1e-3, 1e-2)
QUERIES = 1000
BEYOND_VALIDATION = 100_000


def simulated(count: int) -> Iterator[tuple[str, PixelTable]]:
    """Regions that neither training nor validation has seen."""
    for number in range(count):
        yield str(number), simulated_table(Simulation(), 0, HELD_OUT + BEYOND_VALIDATION + number)


def real(folder: Path) -> Iterator[tuple[str, PixelTable]]:
    """Pixel task files, with a fixed unlabelled sample of each for the region's statistics."""
    for path in sorted(folder.glob("*.npz")):
        task = read_task(path)
        sample = np.random.default_rng(0).permutation(len(task.group))[:4096]
        table = pixel_table(
            task.reflectance, task.reflectance[sample], task.wavelengths_nm, task.class_index, task.group
        )
        yield task.source, table


def compare(table: PixelTable, shots: int, seed: int) -> dict[str, float]:
    """Balanced accuracy of the start and of each variant of its rival, on one draw."""
    start = load_initialization()
    rng = np.random.default_rng([seed, shots])
    draw = group_draw(table.class_index, table.group, shots, rng)
    query = rng.permutation(draw.query)[:QUERIES]
    ways = int(table.class_index.max()) + 1
    labels = np.eye(ways, dtype=np.float32)[table.class_index[draw.support]]
    support = Support(
        *(
            torch.from_numpy(x)
            for x in (table.inputs[draw.support], table.observed[draw.support], labels, table.region)
        )
    )
    pixels, observed = torch.from_numpy(table.inputs[query]), torch.from_numpy(table.observed[query])

    def accuracy(values: torch.Tensor) -> float:
        return balanced_accuracy(table.class_index[query], values.argmax(dim=1).numpy(), ways)

    with torch.no_grad():
        adapted = inner_loop(start.meta, support, start.steps, first_order=True)
        ours = logits(adapted, pixels, support.region, observed, class_counts(support.labels))
    result = {"meta": accuracy(ours)}
    for rate in LEARNING_RATES:
        kept = train_from_scratch(support, start.shape, steps=STEPS, learning_rate=rate, seed=seed)
        for step, params in kept.items():
            result[f"scratch lr={rate:g} steps={step}"] = accuracy(scores(params, support, pixels, observed))
    return result


def summary(kind: str, shots: int, by_unit: dict[str, list[dict[str, float]]]) -> dict[str, object]:
    """Means over units (regions or sources), the rival's best variant, and the interval of the difference."""
    variants = next(iter(by_unit.values()))[0].keys()
    means = {v: np.array([np.mean([r[v] for r in rows]) for rows in by_unit.values()]) for v in variants}
    best = max((v for v in variants if v != "meta"), key=lambda v: float(means[v].mean()))
    difference, low, high = mean_interval(means["meta"] - means[best])
    return {
        "regions": kind,
        "units": len(by_unit),
        "shots": shots,
        "meta": float(means["meta"].mean()),
        "scratch": float(means[best].mean()),
        "scratch_variant": best,
        "difference": difference,
        "ci95": [low, high],
    }


def main() -> None:
    """Run, and print a Markdown table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--real", type=Path, help="folder of pixel task files")
    parser.add_argument("--regions", type=int, default=100)
    parser.add_argument("--draws", type=int, default=10)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    kinds = {"simulated": (list(simulated(options.regions)), 1)}
    if options.real:
        kinds["real"] = (list(real(options.real)), options.draws)
    rows = []
    for kind, (tables, draws) in kinds.items():
        for shots in SHOTS:
            by_unit: dict[str, list[dict[str, float]]] = {}
            for unit, table in tqdm(tables, desc=f"{kind}, {shots} labels a class"):
                each = [compare(table, shots, seed) for seed in range(draws)]
                mean = {v: float(np.mean([e[v] for e in each])) for v in each[0]}
                by_unit.setdefault(unit, []).append(mean)
            rows.append(summary(kind, shots, by_unit))
    print(
        "| regions | labels a class | meta-trained | scratch, best in hindsight | difference (points, 95 %) |"
    )
    print("|---|---|---|---|---|")
    for r in rows:
        low, high = r["ci95"]
        print(
            f"| {r['regions']} ({r['units']}) | {r['shots']} | {100 * r['meta']:.1f} | {100 * r['scratch']:.1f} "
            f"({r['scratch_variant'].removeprefix('scratch ')}) | "
            f"{100 * r['difference']:+.1f} ({100 * low:+.1f} to {100 * high:+.1f}) |"
        )
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
