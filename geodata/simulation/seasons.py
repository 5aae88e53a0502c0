"""A region's year: when it is green, wet and cold, and on which days it was looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from geodata.simulation.spectra import Floats

YEAR = 365.0


@dataclass(frozen=True, slots=True)
class Season:
    """One green season or growth of a crop: leaves come, stay and go."""

    middle: float
    """Day of the year."""
    length: float
    """Days between half of the leaves come and half of them gone."""
    height: float = 1.0
    """Leaf area at its peak, relative to the plant's own."""
    rise: float = 12.0
    """Days over which leaves come (scale of the logistic)."""
    fall: float = 12.0
    """Days over which they go."""

    def leaves(self, day: Floats) -> Floats:
        """Double logistic over the year, any shape, 0..`height`."""
        since = days_between(self.middle, day)
        return (
            self.height * step(since + self.length / 2, self.rise) * step(self.length / 2 - since, self.fall)
        )


@dataclass(frozen=True, slots=True)
class Climate:
    """The seasons of a region."""

    kind: str
    """'temperate', 'mediterranean', 'wet and dry', 'double' or 'humid'."""
    green: tuple[Season, ...]
    """Seasons of what grows by itself."""
    depth: float
    """How far that dies back out of season, 0..1."""
    deciduous: float
    """Share of tree covers that shed their leaves."""
    crops: tuple[Season, ...]
    """Seasons in which crops are grown; each cover takes one."""
    again: float
    """Chance of a second crop within the year."""
    contrast: float
    """Standard deviation of the calendars of crops that share a season, days: small where all sow at once."""
    stray: float
    """The same of the fields of one cover."""
    unevenness: float
    """Standard deviation of the log leaf area between them, beside what their place on the ladder says."""
    midwinter: float
    """Day of the year."""
    snow: float
    """Chance that snow lies on a day of midwinter."""
    wetness: float
    """Swing of the soil's moisture over the year, as a share of its ladder."""

    def greenness(self, day: ArrayLike) -> Floats:
        """0..1 at any days of the year."""
        at = np.asarray(day, dtype=np.float64)
        return np.asarray(np.max([season.leaves(at) for season in self.green], axis=0))


@dataclass(frozen=True, slots=True)
class Dates:
    """The days on which a region was looked at, T of them."""

    day: NDArray[np.int64]
    """(T,) day of the year, 1..365, ascending."""
    window: float
    """Days to either side from which a composite was made; zero for single images."""

    def samples(self) -> Floats:
        """(T, W) days over which plants are averaged: a composite blurs what changes within it."""
        around = self.window * np.array([-0.7, 0.0, 0.7] if self.window else [0.0])
        return np.asarray(self.day[:, None] + around)


def days_between(middle: float, day: Floats) -> Floats:
    """Days from `middle` to `day` the shorter way around the year, -182.5..182.5."""
    return np.asarray((day - middle + YEAR / 2) % YEAR - YEAR / 2)


def step(since: Floats, days: float) -> Floats:
    """Logistic from zero to one, half at zero."""
    return np.asarray(0.5 + 0.5 * np.tanh(since / (2.0 * days)))


def draw_climate(rng: np.random.Generator, theme: str) -> Climate:
    """Draws the year of a region; mountains and ice lie where it is cold, deserts where it is not."""
    chance = {"temperate": 0.42, "mediterranean": 0.14, "wet and dry": 0.26, "double": 0.1, "humid": 0.08}
    if theme == "cold":
        chance = {"temperate": 1.0}
    elif theme == "dry land":
        chance = {"mediterranean": 0.4, "wet and dry": 0.5, "temperate": 0.1}
    kind = str(rng.choice(list(chance), p=list(chance.values())))
    tropical = kind not in {"temperate", "mediterranean"}
    south = YEAR / 2 if rng.random() < (0.5 if tropical else 0.3) else 0.0
    moved = south + rng.normal(0.0, 25.0 if tropical else 12.0)
    length = float(np.exp(rng.normal(0.0, 0.15)))
    green, crops, again = _CALENDAR[kind]
    cold = kind == "temperate" and (theme == "cold" or rng.random() < 0.35)
    return Climate(
        kind,
        green=tuple(
            Season(s.middle + moved, s.length * length, rise=rng.uniform(8, 30), fall=rng.uniform(10, 40))
            for s in green
        ),
        depth=float(rng.uniform(0.05, 0.25) if kind == "humid" else rng.uniform(0.25, 0.85)),
        deciduous={"temperate": 0.8, "mediterranean": 0.25, "wet and dry": 0.5}.get(kind, 0.2),
        crops=tuple(Season(s.middle + moved, s.length * length) for s in crops),
        again=again,
        contrast=float(np.exp(rng.normal(np.log(14.0), 0.6))),
        stray=float(rng.uniform(4.0, 18.0)),
        unevenness=float(rng.uniform(0.05, 0.35)),
        midwinter=15.0 + south,
        snow=float(rng.uniform(0.2, 0.9)) if cold else 0.0,
        wetness=float(rng.uniform(0.0, 0.25)),
    )


def draw_dates(rng: np.random.Generator, count: int, *, composite: bool) -> Dates:
    """Regular steps through a year (half of the regions) or through a part of it, or arbitrary days."""
    turn = rng.random()
    if turn < 0.25 and not composite:
        day = 1 + np.sort(rng.choice(int(YEAR), count, replace=False)).astype(np.int64)
        return Dates(day, 0.0)
    span = YEAR if turn < 0.65 else float(rng.uniform(max(60.0, 8.0 * count), 300.0))
    width = span / count
    first = rng.uniform(0.0, YEAR - span) if span < YEAR else rng.uniform(-0.4, 0.4) * width
    middle = first + (np.arange(count) + 0.5) * width
    if not composite:
        middle = middle + rng.uniform(-0.3, 0.3, count) * width
    return Dates(
        np.clip(np.round(middle), 1, YEAR).astype(np.int64), min(0.45 * width, 60.0) if composite else 0.0
    )


_CALENDAR: dict[str, tuple[tuple[Season, ...], tuple[Season, ...], float]] = {
    "temperate": ((Season(200, 170),), (Season(135, 95), Season(205, 90), Season(220, 75)), 0.15),
    "mediterranean": ((Season(60, 170),), (Season(85, 110), Season(195, 95)), 0.15),
    "wet and dry": (
        (Season(225, 140),),
        (Season(228, 85), Season(235, 100), Season(220, 75), Season(20, 90)),
        0.1,
    ),
    "double": ((Season(125, 85), Season(315, 80)), (Season(125, 75), Season(315, 70), Season(140, 90)), 0.5),
    "humid": ((Season(180, 240),), (Season(60, 85), Season(180, 90), Season(300, 85)), 0.5),
}
"""Kind -> green seasons, crop seasons, chance of a second crop; days of the northern year."""
