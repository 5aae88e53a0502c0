"""How a period is cut into the dates of a cube."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal, get_args

from geodata.errors import PeriodError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geodata.imagery.stac.period import Period

StepKind = Literal["month", "season", "all"]
"""Calendar months; the seasons of meteorologists, December to February and so on; one step."""

LONGEST_WITH_A_DAY = 190
"""Days: the composite of a longer step has no day of the year that would mean anything."""


@dataclass(frozen=True, slots=True)
class Step:
    """The days whose clear observations make one date of a cube."""

    start: date
    """First day, inclusive."""

    end: date
    """Last day, inclusive."""

    def __post_init__(self) -> None:
        if self.start > self.end:
            raise ValueError(f"a step cannot run from {self.start} back to {self.end}")

    @property
    def day_of_year(self) -> int:
        """Of its middle, 1..366; -1 for a step of most of a year."""
        days = (self.end - self.start).days
        if days > LONGEST_WITH_A_DAY:
            return -1
        return (self.start + timedelta(days // 2)).timetuple().tm_yday

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


def steps_of(period: Period, kind: StepKind) -> tuple[Step, ...]:
    """Cut a period; the first and last step may be shorter than the others.

    Raises:
        PeriodError: there is no such kind of step.
    """
    match kind:
        case "month":
            first_of = _first_of_month
        case "season":
            first_of = _first_of_season
        case "all":
            return (Step(period.start, period.end),)
        case _:
            raise PeriodError(f"steps: there is no {kind!r}; choose one of {', '.join(get_args(StepKind))}")
    return tuple(_cut(period, 1 if kind == "month" else 3, first_of(period.start)))


def _cut(period: Period, months: int, first: date) -> Iterator[Step]:
    while first <= period.end:
        following = _later(first, months)
        yield Step(max(first, period.start), min(following - timedelta(1), period.end))
        first = following


def _first_of_month(day: date) -> date:
    return day.replace(day=1)


def _first_of_season(day: date) -> date:
    months_into_it = day.month % 3
    return _later(day.replace(day=1), -months_into_it)


def _later(first: date, months: int) -> date:
    number = first.year * 12 + first.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)
