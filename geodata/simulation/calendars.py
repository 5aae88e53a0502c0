"""What the seasons do to the covers of a region: leaves, ripeness, stubble, floods and moisture by date."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geodata.simulation.materials import STEPS
from geodata.simulation.seasons import Climate, Dates, Season, days_between, step
from geodata.simulation.series_archetypes import (
    CROPS,
    FALLOW,
    FLOODED,
    GREEN,
    RIPE,
    SERIES_ARCHETYPES,
    STRAW,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geodata.simulation.archetypes import Archetype, Part
    from geodata.simulation.covers import Plan
    from geodata.simulation.fields import Fields
    from geodata.simulation.spectra import Floats

_WETLANDS = ("marsh", "mangrove", "mud flat", "seagrass flat")
_EVERGREEN = ("needle forest", "mangrove", "patchy snow")


@dataclass(frozen=True, slots=True)
class FieldStates:
    """The fields of a region (F) on each of its dates (T)."""

    rung: Floats
    """(T, F, PARTS)."""
    share: Floats
    """(T, F, PARTS)."""
    vigour: Floats
    """(T, F, PARTS) factor on what pixels stray from their field: bare ground has no leaves to differ in."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """When one plant has leaves, and what becomes of it."""

    seasons: tuple[Season, ...]
    low: float
    """Leaf area out of season, relative to the peak."""
    ripe: float = 0.0
    """Days that it stands ripe; zero for what is not harvested."""
    stubble: float = 0.0
    """Days until the stubble is ploughed in."""
    cuts: tuple[float, ...] = ()
    """Days of the year on which it is mown or grazed."""

    def leaves(self, day: Floats) -> Floats:
        """0..1, any shape."""
        green = np.max([season.leaves(day) for season in self.seasons], axis=0)
        for cut in self.cuts:
            since = (day - cut) % 365.0
            green = green * (1.0 - 0.6 * np.exp(-since / 18.0))
        return np.asarray(self.low + (1.0 - self.low) * green)

    def harvested(self, day: Floats) -> tuple[Floats, Floats]:
        """Shares of the green area that stand ripe and that are stubble, each 0..1."""
        main = self.seasons[0]
        since = days_between(main.middle, day) - main.length / 2
        cut = step(since - self.ripe, 2.0)
        ripe = 0.9 * step(since, main.fall) * (1.0 - cut)
        return ripe, 0.8 * cut * step(self.ripe + self.stubble - since, 4.0)


def draw_states(
    rng: np.random.Generator, plan: Plan, fields: Fields, climate: Climate, dates: Dates
) -> FieldStates:
    """Gives every cover its calendar and every field its own delay, and follows them through the dates."""
    count = dates.day.size
    rung, share = (np.repeat(v[None], count, axis=0) for v in (fields.rung, fields.share))
    vigour = np.ones_like(rung)
    # Most fields lie near their cover's calendar, some far from it.
    delay = climate.stray * np.exp(0.4 * rng.standard_normal(fields.cover.size))
    delay = delay * rng.standard_normal(fields.cover.size)
    # Fields differ all year, and a little anew on each date: drought, weeds, grazing.
    lush = rng.standard_normal(fields.cover.size) + 0.4 * rng.standard_normal(rung.shape[:2])
    lush = np.exp(climate.unevenness * lush)
    weather = _Weather(rng, climate, dates)
    crops: dict[int, Calendar] = {}
    for cover, name in enumerate(plan.archetypes):
        archetype = SERIES_ARCHETYPES[name]
        if name in CROPS:
            twin = crops.get(plan.twin_of[cover])
            crops[cover] = _crop_calendar(rng, name, climate, twin)
        calendars = [
            crops[cover] if name in CROPS else _wild_calendar(rng, name, part, climate)
            for part in archetype.parts
        ]
        those = np.flatnonzero(fields.cover == cover)
        if not those.size:
            continue
        own = _Cover(name, archetype, rung[:, those], share[:, those], vigour[:, those])
        day = dates.samples()[:, None] - delay[those, None]  # (T, f, W)
        own.grow(calendars, day, lush[:, those])
        own.water(rng, weather, crops.get(cover), day)
        rung[:, those], share[:, those], vigour[:, those] = own.rung, own.share, own.vigour
    return FieldStates(rung, share, vigour)


class _Weather:
    """What the whole region shares on a date."""

    def __init__(self, rng: np.random.Generator, climate: Climate, dates: Dates) -> None:
        count = dates.day.size
        damp = 0.5 if dates.window else 1.0  # a composite leaves the rain of single days out
        wet = climate.greenness(dates.day - 30.0)  # rain comes before the leaves
        if climate.kind == "temperate":
            wet = 1.0 - wet  # what evaporates in summer lies on the ground in winter
        self.wet = wet
        self.moisture = climate.wetness * (wet - 0.5) + 0.08 * damp * rng.standard_normal(count)
        self.tide = 0.04 * damp * rng.standard_normal(count)
        self.load = 0.06 * damp * rng.standard_normal(count) + rng.normal(0.0, 0.08) * (wet - 0.5)
        self.warm = 0.5 - 0.5 * np.cos(2 * np.pi * (dates.day - climate.midwinter - 20.0) / 365.0)


class _Cover:
    """The fields of one cover, all dates: (T, f, PARTS)."""

    def __init__(self, name: str, archetype: Archetype, rung: Floats, share: Floats, vigour: Floats) -> None:
        self.name, self.archetype = name, archetype
        self.rung, self.share, self.vigour = rung, share, vigour
        self.materials = ("soil", *(part.material for part in archetype.parts))
        self.dead = self.materials.index("litter") if "litter" in self.materials else 0

    def move(self, source: int, target: int, part: Floats) -> None:
        """Turns a part (T, f) of one material into another."""
        moved = self.share[:, :, source] * part
        self.share[:, :, source] -= moved
        self.share[:, :, target] += moved

    def grow(self, calendars: Sequence[Calendar], day: Floats, lush: Floats) -> None:
        """Leaves, ripeness and stubble; days are (T, f, W), `lush` a factor on the leaves (T, f)."""
        crop = self.name in CROPS
        for i, calendar in enumerate(calendars, start=1):
            if self.materials[i] != "plant" or (crop and i != GREEN):
                continue
            leaves = calendar.leaves(day).mean(axis=2)
            self.rung[:, :, i] *= leaves * lush
            self.vigour[:, :, i] = leaves
            if not crop:
                self.move(i, self.dead, 0.7 * (1.0 - leaves))
                continue
            ripe, stubble = (v.mean(axis=2) for v in calendar.harvested(day))
            bare = 1.0 - np.minimum(1.3 * leaves, 1.0) * (ripe < 0.3)  # what grows again hides the straw
            self.move(GREEN, RIPE, ripe)
            self.move(GREEN, STRAW, stubble * bare)

    def water(self, rng: np.random.Generator, weather: _Weather, crop: Calendar | None, day: Floats) -> None:
        """Moisture of soils, load and depth of water, floods, melt."""
        top = STEPS - 1
        drift = 0.05 * rng.standard_normal((weather.wet.size, 1))
        swing = rng.uniform(0.2, 0.9)
        for i, material in enumerate(self.materials):
            if material == "soil":
                self.rung[:, :, i] += top * (weather.moisture[:, None] + 0.5 * drift)
            elif material == "water":
                self.rung[:, :, i] += top * (weather.load[:, None] + drift)
            elif material.endswith(" floor"):
                self.rung[:, :, i] += top * weather.tide[:, None]
                if self.name in _WETLANDS:
                    self.move(i, 0, np.broadcast_to(swing * (1.0 - weather.wet[:, None]), day.shape[:2]))
            elif material == "snow" and self.name == "patchy snow":
                self.move(i, 0, np.broadcast_to(swing * weather.warm[:, None], day.shape[:2]))
        if self.name == "paddy" and crop is not None:
            first = crop.seasons[0]
            since = days_between(first.middle - first.length / 2, day).mean(axis=2)
            flooded = step(since + 30.0, 4.0) * step(first.length * 0.6 - since, 8.0)
            self.move(GREEN, FLOODED, 0.8 * flooded * (1.0 - self.vigour[:, :, GREEN]))
            self.move(FLOODED, 0, 1.0 - flooded)


def _crop_calendar(rng: np.random.Generator, name: str, climate: Climate, twin: Calendar | None) -> Calendar:
    """A crop's own year; a twin's is its sibling's, moved by less than what sets crops apart elsewhere."""
    move = rng.standard_normal(3)
    if twin is not None:
        near = climate.contrast * rng.uniform(0.0, 1.0)
        main = replace(
            twin.seasons[0],
            middle=twin.seasons[0].middle + near * move[0],
            length=max(twin.seasons[0].length + near * move[1], 40.0),
            height=float(np.clip(twin.seasons[0].height + 0.05 * move[2], 0.2, 1.1)),
        )
        return replace(twin, seasons=(main, *twin.seasons[1:]))
    kind = climate.crops[int(rng.integers(len(climate.crops)))]
    main = Season(
        kind.middle + climate.contrast * move[0],
        max(kind.length + climate.contrast * move[1], 45.0),
        height=float(np.clip(0.92 + 0.12 * move[2], 0.6, 1.1)),
        rise=rng.uniform(5.0, 13.0), fall=rng.uniform(4.0, 11.0),
    )  # fmt: skip
    seasons = [main]
    if name in FALLOW and rng.random() < 0.35:
        seasons = [replace(main, height=rng.uniform(0.05, 0.3), fall=20.0)]
    elif climate.kind in {"temperate", "mediterranean"} and kind is climate.crops[0]:
        # Winter crops are sown in autumn and stand low until spring.
        seasons.append(Season(main.middle - 100.0, 150.0, rng.uniform(0.15, 0.45), 10.0, 10.0))
    elif rng.random() < climate.again:
        later = main.middle + rng.uniform(110.0, 160.0)
        seasons.append(replace(main, middle=later, length=70.0, height=rng.uniform(0.3, 1.0)))
    return Calendar(
        tuple(seasons), low=rng.uniform(0.0, 0.15), ripe=rng.uniform(5.0, 30.0),
        stubble=float(rng.choice((5.0, 40.0, 120.0)) * rng.uniform(0.5, 1.0)),
    )  # fmt: skip


def _wild_calendar(rng: np.random.Generator, name: str, part: Part, climate: Climate) -> Calendar:
    """Grass follows the region's year, trees shed or keep their leaves, the rest lies between."""
    moved = tuple(
        replace(s, middle=s.middle + rng.normal(0.0, 8.0), length=s.length * np.exp(rng.normal(0.0, 0.08)))
        for s in climate.green
    )
    if part.material != "plant" or name in _EVERGREEN:
        return Calendar(moved, low=rng.uniform(0.88, 1.0))
    grass = part.season >= 1.0
    if grass:
        depth = climate.depth * (rng.uniform(1.0, 1.3) if name == "dry grass" else rng.uniform(0.5, 1.1))
        cuts = rng.choice(3) if name == "meadow" and climate.kind != "wet and dry" else 0
        days = tuple(moved[0].middle + rng.uniform(-60.0, 80.0, cuts))
        return Calendar(moved, low=max(1.0 - depth, 0.05), cuts=days)
    sheds = name == "leafless forest" or (part.season >= 0.4 and rng.random() < climate.deciduous)
    shed = min(0.35 + climate.depth, 1.0) * rng.uniform(0.6, 0.95)  # even where winters are mild
    return Calendar(moved, low=1.0 - (shed if sheds else rng.uniform(0.0, 0.15)))
