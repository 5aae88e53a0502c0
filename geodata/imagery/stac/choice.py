"""Which of the scenes make each date of a cube: those that show most of the box, until all of it is seen enough."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from geodata.imagery.stac.scene import Scene
    from geodata.imagery.stac.views import View
    from geodata.steps import Step

_WORTH_A_DAY = 0.005
"""Share of the box that a day has to add, unless it shows what no other day does."""

_MOST_DAYS = 2
"""Times those asked for: scenes that show a part of the box each can be that many more."""


@dataclass(frozen=True, slots=True, eq=False)
class ChosenStep:
    """One date of a cube, and what it is made from."""

    step: Step

    days: tuple[tuple[Scene, ...], ...]
    """Solar days in order; the scenes of each, in order of their names, make one mosaic."""

    seen: NDArray[np.uint8]
    """(h, w) how many of the days are clear, on the survey's coarse grid."""

    @property
    def clear_share(self) -> float:
        """Of the box that some day shows clear, 0..1."""
        return float((self.seen > 0).mean())

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """Of all days."""
        return tuple(scene for day in self.days for scene in day)


def choose(
    views: Iterable[View], steps: Sequence[Step], *, days_per_step: int, shape: tuple[int, int]
) -> tuple[ChosenStep, ...]:
    """Choose the best days of each step by what they show of the box, by the masks' overviews.

    Day after day the one is taken that adds most: ground not seen yet counts more than ground seen
    often. It ends when all of the box that can be seen is seen clear `days_per_step` times, or twice as many days are
    taken, or no day adds anything worth reading it. The result depends on the views only, not on their order.

    Args:
        views: all scenes over the box.
        steps: dates of the cube, in order.
        days_per_step: clear observations of each place that are wanted.
        shape: of the survey's coarse grid.

    Returns:
        One for each step, also where it has no day.
    """
    views = sorted(views, key=lambda view: (view.scene.solar_day, view.scene.id))

    def step_of(view: View) -> Step | None:
        # A period is of days by UTC, which far from Greenwich begin before or after those by the sun.
        day = min(max(view.scene.solar_day, steps[0].start), steps[-1].end)
        return next((step for step in steps if day in step), None)

    return tuple(
        _chosen(step, [view for view in views if step_of(view) == step], days_per_step, shape)
        for step in steps
    )


def _chosen(step: Step, views: Sequence[View], wanted: int, shape: tuple[int, int]) -> ChosenStep:
    by_day: dict[date, list[View]] = {}
    for view in views:
        if view.clear.any():
            by_day.setdefault(view.scene.solar_day, []).append(view)
    clear = {day: np.logical_or.reduce([view.clear for view in of_day]) for day, of_day in by_day.items()}
    seen = np.zeros(shape, dtype=np.uint8)
    taken: list[date] = []
    while clear and len(taken) < _MOST_DAYS * wanted:
        worth = np.where(seen < wanted, 1.0 / (1.0 + seen), 0.0)
        gains = {day: float(worth[shown].sum()) for day, shown in clear.items()}
        best = max(gains, key=lambda day: (gains[day], -day.toordinal()))
        shown = clear.pop(best)
        if gains[best] < _WORTH_A_DAY * seen.size and not (shown & (seen == 0)).any():
            break
        taken.append(best)
        seen += shown
    days = tuple(tuple(view.scene for view in by_day[day]) for day in sorted(taken))
    return ChosenStep(step, days, seen)
