"""Support and query draws from labelled regions, and how well methods do on them."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geodata.accuracy import balanced_accuracy
from geodata.errors import LandshotError
from model.support import SupportSet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geodata.pixel_tasks import PixelTask
    from model.methods.interface import Method

ATTEMPTS = 200
QUERY_PIXELS = 2000
"""At most this many pixels are asked for in a draw."""

BACKGROUND_PIXELS = 1024
"""At most this many unlabelled pixels show what the region looks like."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Which pixels of a region are shown to a method, and which it is asked about; from different groups."""

    support: NDArray[np.int64]
    query: NDArray[np.int64]


def group_draw(
    class_index: NDArray[np.int64], group: NDArray[np.int64], shots: int, rng: np.random.Generator
) -> Draw:
    """Halve the groups at random until every class is on both sides, then draw the support.

    Args:
        class_index: (n,).
        group: (n,) spatial unit of each pixel.
        shots: labels per class; a class that has fewer on its side gives all of them.
        rng: the only source of randomness.

    Raises:
        ValueError: no split of the groups has every class on both sides.
    """
    classes, groups = np.unique(class_index), np.unique(group)
    for _ in range(ATTEMPTS):
        ours = np.isin(group, rng.permutation(groups)[: groups.size // 2])
        if all((ours & (class_index == c)).any() and (~ours & (class_index == c)).any() for c in classes):
            rows = [rng.permutation(np.flatnonzero(ours & (class_index == c)))[:shots] for c in classes]
            return Draw(np.concatenate(rows), np.flatnonzero(~ours))
    raise ValueError(f"no split of {groups.size} groups has all {classes.size} classes on both sides")


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one method did on one draw."""

    task: str
    source: str
    shots: int
    draw: int
    method: str
    accuracy: float | None
    """Balanced accuracy 0..1; None where the method could not be fit."""

    reason: str = ""
    """Why there is no accuracy."""


def outcomes_of_draw(task: PixelTask, shots: int, draw: int, methods: Mapping[str, Method]) -> list[Outcome]:
    """Show every method the same labelled pixels, and ask it for the same others, of other groups.

    The background of the support set is a sample of all the task's pixels, without their labels: these are unlabelled
    pixels of the region, which the product has as well. It is the same for all draws.

    Args:
        task: the region.
        shots: labels per class.
        draw: number of the draw; with `shots` and the task's name it determines all that is random.
        methods: name -> method.

    Returns:
        One outcome per method, in their order. Where the groups cannot be split all have the same reason.
    """
    try:
        chosen = task_draw(task, shots, draw)
    except ValueError as error:
        return [Outcome(task.name, task.source, shots, draw, name, None, str(error)) for name in methods]
    ways = len(task.class_names)
    support = SupportSet(
        task.reflectance[chosen.support],
        task.class_index[chosen.support],
        task.wavelengths_nm,
        background(task),
    )
    asked, truth = task.reflectance[chosen.query], task.class_index[chosen.query]
    outcomes = []
    for name, method in methods.items():
        accuracy, reason = None, ""
        try:
            scores = method(support, ways, draw)(asked)
            accuracy = balanced_accuracy(truth, _classes(scores, len(asked), ways), ways)
        except ValueError as error:
            reason = str(error)
        except LandshotError:
            raise
        except Exception as error:
            where = f"method {name}, task {task.name}, {shots} labels a class, draw {draw}"
            raise RuntimeError(f"{where}: {type(error).__name__}: {error}") from error
        outcomes.append(Outcome(task.name, task.source, shots, draw, name, accuracy, reason))
    return outcomes


def task_draw(task: PixelTask, shots: int, draw: int) -> Draw:
    """The `draw`-th draw of a task: `group_draw`, and of the query at most `QUERY_PIXELS` at random.

    Raises:
        ValueError: see `group_draw`.
    """
    rng = np.random.default_rng([draw, shots, _number(task)])
    drawn = group_draw(task.class_index, task.group, shots, rng)
    return Draw(drawn.support, np.sort(rng.permutation(drawn.query)[:QUERY_PIXELS]))


def background(task: PixelTask) -> NDArray[np.float32]:
    """(m, T, B) at most `BACKGROUND_PIXELS` pixels of the task, always the same ones."""
    count = len(task.reflectance)
    picks = np.random.default_rng(_number(task)).permutation(count)[:BACKGROUND_PIXELS]
    return task.reflectance[np.sort(picks)]


def mean_interval(
    values: Sequence[float] | NDArray[np.float64], *, resamples: int = 10_000, seed: int = 0
) -> tuple[float, float, float]:
    """Mean with its 95 % interval by bootstrap over the units given (regions or sources), lower and upper end."""
    data = np.asarray(values, dtype=np.float64)
    picks = np.random.default_rng(seed).integers(0, data.size, size=(resamples, data.size))
    low, high = np.quantile(data[picks].mean(axis=1), [0.025, 0.975])
    return float(data.mean()), float(low), float(high)


def _classes(scores: NDArray[np.float64], count: int, ways: int) -> NDArray[np.int64]:
    """The best class of each pixel (n,)."""
    if scores.shape != (count, ways):
        raise ValueError(f"its scores have shape {scores.shape}, not {(count, ways)}")
    if unknown := int(np.isnan(scores).any(axis=1).sum()):
        raise ValueError(f"its scores are no numbers for {unknown} of {count} pixels")
    return np.asarray(scores.argmax(axis=1), dtype=np.int64)


def _number(task: PixelTask) -> int:
    """The same for a name on every machine, which Python's own hash is not."""
    return zlib.crc32(task.name.encode())
