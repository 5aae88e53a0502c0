"""What the case study measured: outcomes by region, and rows of its table, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.evaluation import mean_interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

Estimate = tuple[float, float, float]
"""A mean in points, and both ends of its 95 % interval."""

Best = dict[str, dict[int, str]]
"""Rival -> labels a class -> the variant that is best in hindsight."""

RESAMPLES = 10_000

SHOTS = (1, 5, 20)
META, MAML, PRETRAIN, SCRATCH = "learned-rates", "maml", "pretrain", "scratch"
LEARNERS = (META, MAML, PRETRAIN)
RIVALS = (PRETRAIN, SCRATCH)
REAL = "real regions"
SOURCE_THEMES = ("crops", "crop or not", "woods", "town")
FAR_THEMES = ("coast", "dry land", "cold")


@dataclass(frozen=True, slots=True)
class Outcome:
    """All learners on one target region at one number of labels."""

    target: str
    unit: str
    """What the bootstrap draws: the region where it is simulated, its source where it is real."""
    kind: str
    """Theme of a simulated region, "one date" or "series" of a real one."""
    shots: int
    accuracy: dict[str, float]
    """Learner -> balanced accuracy 0..1; of the rivals one for each variant."""


@dataclass(frozen=True, slots=True)
class Row:
    """A target at one number of labels: balanced accuracy in points by unit (units,), each learner's in one order."""

    target: str
    shots: int
    accuracy: Mapping[str, NDArray[np.float64]]

    def mean(self, learner: str) -> float:
        """Over the units."""
        return float(self.accuracy[learner].mean())

    def difference(self, rival: str) -> Estimate:
        """Meta-learned minus rival, paired, with its 95 % interval."""
        return mean_interval(self.accuracy[META] - self.accuracy[rival])


def variant(rival: str, what: str) -> str:
    """Name of a rival in an outcome's figures: it is tried in several variants."""
    return f"{rival}: {what}"


def rows_of(outcomes: Sequence[Outcome], best: Best | None = None) -> tuple[list[Row], Best]:
    """Figures by target and number of labels; of each rival those of the variant that is best over all targets.

    Args:
        outcomes: of any targets.
        best: take these variants instead.

    Returns:
        The rows, and the variants.
    """
    targets = list(dict.fromkeys(outcome.target for outcome in outcomes))
    raw = [
        Row(target, shots, by_unit([o for o in outcomes if (o.target, o.shots) == (target, shots)]))
        for target in targets
        for shots in SHOTS
    ]
    chosen = best or {rival: _best_variants(raw, rival) for rival in RIVALS} if raw else {}
    rows = []
    for row in raw:
        kept = {name: row.accuracy[name] for name in (META, MAML)}
        for rival, variants in chosen.items():
            kept[rival] = row.accuracy[variant(rival, variants[row.shots])]
        rows.append(Row(row.target, row.shots, kept))
    return rows, chosen


def _best_variants(raw: Sequence[Row], rival: str) -> dict[int, str]:
    best = {}
    for shots in SHOTS:
        rows = [row for row in raw if row.shots == shots]
        names = [name for name in rows[0].accuracy if name.startswith(variant(rival, ""))]
        means = {name: float(np.mean([row.mean(name) for row in rows])) for name in names}
        best[shots] = max(means, key=means.__getitem__).removeprefix(variant(rival, ""))
    return best


def by_unit(outcomes: Iterable[Outcome]) -> dict[str, NDArray[np.float64]]:
    """Learner -> balanced accuracy in points (units,), the outcomes of a unit averaged first."""
    units: dict[str, list[dict[str, float]]] = {}
    for outcome in outcomes:
        units.setdefault(outcome.unit, []).append(outcome.accuracy)
    names = next(iter(units.values()))[0]
    return {n: np.array([100 * np.mean([a[n] for a in each]) for each in units.values()]) for n in names}


def overall(rows: Sequence[Row], rival: str, ours: str = META) -> Estimate:
    """Ours minus rival, mean over the targets; the regions of one number are alike, and are drawn together."""
    return mean_interval(np.mean(list(_gaps(rows, rival, ours).values()), axis=0))


def change(rows: Sequence[Row], rival: str, near: str, far: str) -> Estimate:
    """How that difference changes from one target to another; their regions differ, so each is drawn by itself."""
    gaps, rng = _gaps(rows, rival), np.random.default_rng(0)
    ends = gaps[near], gaps[far]
    before, after = (gap[rng.integers(0, gap.size, (RESAMPLES, gap.size))].mean(axis=1) for gap in ends)
    low, high = np.quantile(after - before, [0.025, 0.975])
    return float(ends[1].mean() - ends[0].mean()), float(low), float(high)


def _gaps(rows: Sequence[Row], rival: str, ours: str = META) -> dict[str, NDArray[np.float64]]:
    """Target -> differences by unit; all numbers of labels of a target have the same units, and are averaged."""
    gaps: dict[str, list[NDArray[np.float64]]] = {}
    for row in rows:
        gaps.setdefault(row.target, []).append(row.accuracy[ours] - row.accuracy[rival])
    return {target: np.mean(each, axis=0) for target, each in gaps.items()}
