"""The spectra of endless land through the year: what each of its fields reflects on any day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from geodata.legend import Legend
from geodata.simulation.calendars import draw_states
from geodata.simulation.covers import Plan, draw_covers
from geodata.simulation.endless_land import COVERS, FIELDS, SHADES
from geodata.simulation.fields import draw_fields, pixel_spectra
from geodata.simulation.landscape import LAND
from geodata.simulation.seasons import YEAR, Climate, Dates, draw_climate
from geodata.simulation.series_archetypes import SERIES_ARCHETYPES
from geodata.simulation.spectra import Floats32, band_response

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geodata.sensors import Band

DARKEST: Final = 1e-3
"""Least reflectance: ten times the step of Sentinel-2's numbers, so that no clear pixel is stored as nodata."""

_STEP = 10  # days between those on which plants are followed; between them spectra are interpolated
# A field that lies bare all year is a quarry here: in the course of a year a bare field is a crop like others.
_YEAR_ROUND = {"bare field": ("bare", "quarry"), "wet field": ("cropland", "tall crop")}
_COVER_LIST = tuple(_YEAR_ROUND.get(archetype, (name, archetype)) for name, archetype in LAND)


def legend() -> Legend:
    """The seven classes of endless land."""
    return Legend.from_names({name for name, _ in _COVER_LIST})


def class_values() -> NDArray[np.uint8]:
    """Class value of each row of `LandYear`'s tables, as `legend` has it."""
    classes = legend()
    values = [classes.classes[classes.index_of(name)].value for name, _ in _COVER_LIST]
    return np.repeat(np.array(values, dtype=np.uint8), FIELDS * SHADES)


def is_water() -> NDArray[np.bool_]:
    """Which rows of `LandYear`'s tables are water."""
    return np.repeat(np.array([name == "water" for name, _ in _COVER_LIST]), FIELDS * SHADES)


class LandYear:
    """What every field of `EndlessLand` reflects in some bands, from one New Year to the next.

    The same seed gives the same land in any bands; safe to share between threads.
    """

    def __init__(self, seed: int, bands: Sequence[Band]) -> None:
        self.bands = tuple(bands)
        self._days = np.arange(_STEP / 2, YEAR, _STEP)
        self._tables = _follow(np.random.default_rng([seed, 2]), self.bands, self._days)

    def on(self, day_of_year: int) -> Floats32:
        """Reflectance on one day, (B, rows): a row for every shade of every field of every cover."""
        place = (day_of_year - self._days[0]) / _STEP
        before = int(np.floor(place))
        later = np.float32(place - before)
        count = self._days.size
        table = self._tables[before % count] * (1 - later) + self._tables[(before + 1) % count] * later
        return np.asarray(table, dtype=np.float32)

    def is_green(self, day_of_year: int) -> NDArray[np.bool_]:
        """Which rows look like vegetation on a day, as scene classifications have it."""
        wavelengths = np.array([band.wavelength_nm for band in self.bands])
        red, infrared = (int(np.abs(wavelengths - nm).argmin()) for nm in (660.0, 850.0))
        table = self.on(day_of_year)
        return np.asarray(table[infrared] - table[red] > 0.35 * (table[infrared] + table[red]))


def _follow(rng: np.random.Generator, bands: tuple[Band, ...], days: NDArray[np.float64]) -> Floats32:
    """(days, B, rows)."""
    centre = np.array([band.wavelength_nm for band in bands])
    response = band_response(centre, [band.fwhm_nm for band in bands])
    names, each = tuple(archetype for _, archetype in _COVER_LIST), tuple(range(COVERS))
    plan = Plan("scene", names, tuple((cover,) for cover in each), names, each)
    covers = draw_covers(rng, plan, response, centre, mild=True, archetypes=SERIES_ARCHETYPES, dryness=0.4)
    fields = draw_fields(rng, covers, np.repeat(np.arange(COVERS), FIELDS))
    dates = Dates(np.round(days).astype(np.int64), window=0.0)
    states = draw_states(rng, plan, fields, _temperate(rng), dates)
    light = np.repeat(np.exp(0.06 * fields.light), SHADES)[:, None]
    field_of = np.repeat(np.arange(fields.cover.size), SHADES)
    same_pixels = int(rng.integers(2**63))
    seen = []
    for rung, share, vigour in zip(states.rung, states.share, states.vigour, strict=True):
        today = replace(fields, rung=rung, share=share, vigour=vigour)
        seen.append(pixel_spectra(np.random.default_rng(same_pixels), today, covers, field_of) * light)
    tables = np.stack(seen).reshape(days.size, fields.cover.size, SHADES, -1)
    # One order for the whole year, so that a smooth field of shades makes patches that stay where they are.
    order = tables.mean(axis=(0, 3)).argsort(axis=1)[None, :, :, None]
    ordered = np.take_along_axis(tables, order, axis=2).reshape(days.size, field_of.size, -1)
    return np.ascontiguousarray(np.clip(ordered, DARKEST, 1.0).transpose(0, 2, 1), dtype=np.float32)


def _temperate(rng: np.random.Generator) -> Climate:
    """A year of the northern temperate zone: green in summer."""
    while True:
        climate = draw_climate(rng, "general")
        if climate.kind == "temperate" and climate.midwinter < YEAR / 4:
            return climate
