"""The same land on several dates: plants follow their calendars, each date has its own air and gaps."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from geodata.simulation.calendars import draw_states
from geodata.simulation.fields import Fields, pixel_spectra
from geodata.simulation.seasons import draw_climate, draw_dates
from geodata.simulation.series_archetypes import SERIES_ARCHETYPES
from geodata.simulation.views import View, draw_view
from geodata.simulation.weather import draw_clear, draw_snow, draw_veil

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from geodata.simulation.covers import Covers, Plan
    from geodata.simulation.spectra import Floats, Floats32

_COMPOSITES = 0.7
"""Share of series that are composites: clear, little haze, noise averaged out. The rest are single images."""
_CLOUD = 0.65
"""Reflectance of a cloud that hides the ground, in all bands."""


@dataclass(frozen=True, slots=True)
class Land:
    """The land of one region and the pixels of it that are looked at."""

    plan: Plan
    covers: Covers
    fields: Fields
    field_of: NDArray[np.int64]
    """(n,) field of each pixel."""


def see_series(
    rng: np.random.Generator, land: Land, response: Floats32, level: str, dates: int
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Looks at land on several days of one year.

    Relief, brightness of fields, borders and what sets a pixel apart from its field are the same on all dates.

    Args:
        rng: source of randomness.
        land: its covers must have been drawn from `SERIES_ARCHETYPES`.
        response: (211, B) from `band_response`.
        level: 'surface' or 'toa'.
        dates: T, at least two.

    Returns:
        Reflectance (n, T, B), NaN where a pixel is not clear on a date; day of the year (T,), ascending.
    """
    composite = bool(rng.random() < _COMPOSITES)
    climate = draw_climate(rng, land.plan.theme)
    days = draw_dates(rng, dates, composite=composite)
    fields, field_of, centre = land.fields, land.field_of, land.covers.wavelengths_nm
    count = fields.cover.size
    states = draw_states(rng, land.plan, fields, climate, days)
    snow, snow_spectrum = draw_snow(rng, climate, days, response, _dry(land))
    veil = np.zeros((count, dates)) if composite else draw_veil(rng, count, dates)
    first = draw_view(rng, centre, response, level)
    same_pixels, same_light = rng.integers(2**63, size=2)
    seen = np.empty((field_of.size, dates, centre.size), dtype=np.float32)
    for t in range(dates):
        today = replace(fields, rung=states.rung[t], share=states.share[t], vigour=states.vigour[t])
        sunlit = pixel_spectra(np.random.default_rng(same_pixels), today, land.covers, field_of)
        white = snow[field_of, t, None].astype(np.float32)
        sunlit += white * (snow_spectrum - sunlit)
        view = _view_of_the_day(first, draw_view(rng, centre, response, level), composite=composite)
        ground = view.lit(
            np.random.default_rng(same_light), sunlit, fields.light[field_of],
            land.covers.texture[fields.cover[field_of]],
        )  # fmt: skip
        ground += veil[field_of, t, None].astype(np.float32) * (_CLOUD - ground)
        seen[:, t] = view.record(rng, ground, rng.standard_normal(count)[field_of])
    seen[~draw_clear(rng, days, field_of, count)] = np.nan
    return seen, days.day


def _view_of_the_day(first: View, today: View, *, composite: bool) -> View:
    """Terrain, grid and sensor of the region; air, light and half of the calibration's errors of the day."""
    calm = 0.35 if composite else 1.0
    return replace(
        today, relief=first.relief, field_light=first.field_light, border=first.border, coarse=first.coarse,
        step=first.step, adjacency=first.adjacency, haze=today.haze * calm,
        veiled=(today.veiled[0] * calm, today.veiled[1]), shaded=today.shaded * calm,
        gain=np.sqrt(first.gain * today.gain),
        offset=_between(first.offset, today.offset),
        noise=(first.noise[0] * (0.5 + 0.5 * calm), first.noise[1] * (0.5 + 0.5 * calm)),
    )  # fmt: skip


def _between(a: Floats, b: Floats) -> Floats:
    return np.asarray(0.5 * (a + b))


def _dry(land: Land) -> NDArray[np.bool_]:
    """(F,) fields on which snow can lie."""
    wet = np.array(
        [
            sum(p.share for p in SERIES_ARCHETYPES[name].parts if _is_water(p.material))
            > 0.5 * sum(p.share for p in SERIES_ARCHETYPES[name].parts)
            for name in land.plan.archetypes
        ]
    )
    return np.asarray(~wet[land.fields.cover])


def _is_water(material: str) -> bool:
    return material in {"water", "foam"} or material.endswith(" floor")
