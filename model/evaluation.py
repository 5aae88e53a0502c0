"""Support and query draws from labelled regions, and the figures that methods are compared by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

ATTEMPTS = 200


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


def mean_interval(
    values: Sequence[float] | NDArray[np.float64], *, resamples: int = 10_000, seed: int = 0
) -> tuple[float, float, float]:
    """Mean with its 95 % interval by bootstrap over the units given (regions or sources), lower and upper end."""
    data = np.asarray(values, dtype=np.float64)
    picks = np.random.default_rng(seed).integers(0, data.size, size=(resamples, data.size))
    low, high = np.quantile(data[picks].mean(axis=1), [0.025, 0.975])
    return float(data.mean()), float(low), float(high)
