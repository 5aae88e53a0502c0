"""A meta-batch of 32 tasks x 5 inner steps, second order: all tasks at once, in a loop, and with `higher`.

    python benchmarks/meta_batch.py [--rounds 7] [--tasks 32] [--steps 5] [--json FILE]

The network is a perceptron 12-64-64-5, five classes with five labels each; then Landshot's own. Every way computes the
same meta-gradient, which is checked first. A round times each way once, one after the other; a ratio is of two times
of one round. Two loops: `torch.func` task by task, and `torch.autograd.grad` by hand, which is the faster one.

`higher` is not a dependency of Landshot, and is left out where it is not installed:

    pip install --no-deps --target /tmp/higher higher==0.2.1 && PYTHONPATH=/tmp/higher python benchmarks/meta_batch.py
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.func import grad
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.common import machine, ratios, spread
from model.adaptation import Support
from model.default_learner import default_learner
from model.encoder import EncoderShape
from model.episodes import Episode
from model.meta_learning.descent import Descent
from model.meta_learning.step_sizes import Fixed
from model.meta_learning.unrolled import Unrolled
from model.spectral import PIXEL_INPUTS, REGION_INPUTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from model.meta_learning.problem import Params

    Way = Callable[[], Params]

WAYS, SHOTS, ALPHA, GOAL = 5, 5, 0.1, 5.0
SIZES = (12, 64, 64, WAYS)


class Points(NamedTuple):
    """Inputs (n, 12) and classes one-hot (n, 5) of one task, or of a batch."""

    x: Tensor
    y: Tensor


class Task(NamedTuple):
    """Support and query."""

    support: Points
    query: Points


class Perceptron:
    """A `model.meta_learning.problem.Problem`: layers named as `nn.Sequential` does."""

    def init(self, generator: torch.Generator) -> Params:
        """He et al. 2015, eq. 10."""
        layers = list(itertools.pairwise(SIZES))
        weights = {
            f"{2 * i}.weight": torch.randn(o, n, generator=generator) * (2 / n) ** 0.5
            for i, (n, o) in enumerate(layers)
        }
        return weights | {f"{2 * i}.bias": torch.zeros(o) for i, (_, o) in enumerate(layers)}

    def support(self, task: Task) -> Points:
        """See `Task`."""
        return task.support

    def start(self, theta: Params, support: Points) -> Params:
        """As it is."""
        del support
        return dict(theta)

    def step_shapes(self, theta: Params) -> dict[str, torch.Size]:
        """As theta's."""
        return {name: value.shape for name, value in theta.items()}

    def step_factors(self, theta: Params, support: Points) -> Params:
        """All one."""
        del theta, support
        return {}

    def support_loss(self, phi: Params, support: Points) -> Tensor:
        """Cross-entropy."""
        hidden = torch.relu(functional.linear(support.x, phi["0.weight"], phi["0.bias"]))
        hidden = torch.relu(functional.linear(hidden, phi["2.weight"], phi["2.bias"]))
        return cross_entropy(functional.linear(hidden, phi["4.weight"], phi["4.bias"]), support.y)

    def query_loss(self, phi: Params, task: Task) -> Tensor:
        """Cross-entropy."""
        return self.support_loss(phi, task.query)


def cross_entropy(scores: Tensor, labels: Tensor) -> Tensor:
    """Mean over the points."""
    return -(functional.log_softmax(scores, dim=-1) * labels).sum(dim=-1).mean()


def perceptron_ways(tasks: int, steps: int) -> dict[str, Way]:
    """Each way to compute the meta-gradient of the perceptron."""
    g = torch.Generator().manual_seed(0)
    problem = Perceptron()
    theta = problem.init(g)
    labels = torch.eye(WAYS).repeat_interleave(SHOTS, dim=0).expand(tasks, -1, -1)

    def points() -> Points:
        return Points(torch.randn(tasks, WAYS * SHOTS, SIZES[0], generator=g), labels)

    batch = Task(points(), points())
    each = [Task(*(Points(p.x[i], p.y[i]) for p in batch)) for i in range(tasks)]
    learner = Unrolled(Descent(problem, Fixed(ALPHA), steps))
    found: dict[str, Way] = {
        "batched": lambda: learner.gradient(theta, batch)[0],
        "loop, torch.func": lambda: loop(partial(grad(learner.task_loss), theta), each),
        "loop, autograd.grad": lambda: by_hand(problem, theta, each, steps),
    }
    if find_spec("higher"):
        found["higher"] = with_higher(theta, each, steps)
    return found


def landshot_ways(tasks: int, steps: int) -> dict[str, Way]:
    """The same of the product's learner; single-date tasks of eight classes, five labels each."""
    g = torch.Generator().manual_seed(0)
    learner = default_learner(EncoderShape(), steps, inner_rate=0.02)
    meta = learner.init(g)

    def half(count: int) -> tuple[Tensor, Tensor]:
        labels = torch.eye(8).repeat_interleave(count, dim=0).expand(tasks, -1, -1)
        return torch.randn(tasks, 8 * count, 1, PIXEL_INPUTS, generator=g), labels

    batch = Episode(Support(*half(5), torch.randn(tasks, 1, REGION_INPUTS, generator=g)), *half(12))
    each = [
        Episode(Support(*(v[i] for v in batch.support)), batch.query_pixels[i], batch.query_labels[i])
        for i in range(tasks)
    ]
    return {
        "batched": lambda: learner.gradient(meta, batch)[0],
        "loop, torch.func": lambda: loop(partial(grad(learner.task_loss), meta), each),
    }


def loop(gradient: Callable[[Any], Params], tasks: list[Any]) -> Params:
    """Mean of the tasks' gradients, one after the other."""
    total = gradient(tasks[0])
    for task in tasks[1:]:
        total = {name: total[name] + value for name, value in gradient(task).items()}
    return {name: value / len(tasks) for name, value in total.items()}


def by_hand(problem: Perceptron, theta: Params, tasks: list[Task], steps: int) -> Params:
    """The loop that most tutorials write: `create_graph` in the inner loop, one backward per task."""
    leaves = {name: value.clone().requires_grad_() for name, value in theta.items()}
    for task in tasks:
        phi = dict(leaves)
        for _ in range(steps):
            loss = problem.support_loss(phi, task.support)
            slopes = torch.autograd.grad(loss, list(phi.values()), create_graph=True)
            phi = {name: phi[name] - ALPHA * slope for name, slope in zip(phi, slopes, strict=True)}
        (problem.query_loss(phi, task) / len(tasks)).backward()  # type: ignore[no-untyped-call]
    return {name: value.grad for name, value in leaves.items() if value.grad is not None}


def with_higher(theta: Params, tasks: list[Task], steps: int) -> Way:
    """As in the README of `higher`."""
    import higher  # noqa: PLC0415 - not there everywhere

    network = nn.Sequential(
        nn.Linear(*SIZES[:2]), nn.ReLU(), nn.Linear(*SIZES[1:3]), nn.ReLU(), nn.Linear(*SIZES[2:])
    )
    network.load_state_dict(theta)
    optimizer = torch.optim.SGD(network.parameters(), lr=ALPHA)

    def run() -> Params:
        optimizer.zero_grad()
        for task in tasks:
            with higher.innerloop_ctx(network, optimizer, copy_initial_weights=False) as (net, inner):
                for _ in range(steps):
                    inner.step(cross_entropy(net(task.support.x), task.support.y))
                loss = cross_entropy(net(task.query.x), task.query.y) / len(tasks)
                loss.backward()  # type: ignore[no-untyped-call]
        return {
            name: value.grad.clone() for name, value in network.named_parameters() if value.grad is not None
        }

    return run


def measure(title: str, ways: dict[str, Way], rounds: int) -> dict[str, Any]:
    """Check that all agree, then time them; prints a Markdown table."""
    reference = ways["batched"]()
    for name, way in ways.items():  # this also warms them up
        found = way()
        away = torch.stack([(found[key] - value).norm() for key, value in reference.items()]).norm()
        if away > 1e-3 * torch.stack([value.norm() for value in reference.values()]).norm():
            raise SystemExit(f"{name} computes something else: the gradients are {away:.2g} apart")
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            begun = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - begun)
    print(f"\n| {title} | ms, median (range) | times batched |\n|---|---|---|")
    result: dict[str, Any] = {}
    for name, values in seconds.items():
        factor = ratios(values, seconds["batched"])
        print(f"| {name} | {spread([1e3 * v for v in values], 0)} | {spread(factor, 1)} |")
        result[name] = {"seconds": values, "ratios": factor}
    return result


def main() -> None:
    """Run, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--tasks", type=int, default=32)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    print(machine())
    size = f"{options.tasks} tasks x {options.steps} steps"
    results = {
        "perceptron": measure(
            f"12-64-64-5, {size}", perceptron_ways(options.tasks, options.steps), options.rounds
        ),
        "landshot": measure(
            f"Landshot's network, {size}", landshot_ways(options.tasks, options.steps), options.rounds
        ),
    }
    print(f"\nThe goal for the perceptron is {GOAL:g} times or more, for each loop and for higher.")
    if "higher" not in results["perceptron"]:
        print("higher is not installed, see --help")
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
