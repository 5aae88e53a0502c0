"""Simulated regions: labelled pixels and an unlabelled sample, as one sensor sees them on one or more days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from geodata.simulation.covers import draw_covers, plan_region
from geodata.simulation.fields import draw_fields, pixel_spectra
from geodata.simulation.series import Land, see_series
from geodata.simulation.series_archetypes import SERIES_ARCHETYPES
from geodata.simulation.spectra import Floats, Floats32, band_response
from geodata.simulation.themes import THEMES
from geodata.simulation.views import draw_view

Level = Literal["surface", "toa", "random"]
Integers = NDArray[np.int64]
_MOST_DATES = 36  # ten days apart; closer ones could fall on the same day


@dataclass(frozen=True, slots=True)
class RegionSample:
    """Pixels of one simulated region."""

    reflectance: NDArray[np.float32]
    """(n, T, B), n = classes x pixels per class, sorted by class; NaN in all bands of a date that is not clear.

    Every pixel is clear on one date at least, and on the only one where T = 1.
    """
    class_index: Integers
    """(n,)."""
    field: Integers
    """(n,) field (parcel, stand, lake), unique over classes; support and query should share none."""
    background: NDArray[np.float32]
    """(m, T, B) random pixels of the region, of all its land, also of classes that the task does not name."""
    wavelengths_nm: NDArray[np.float64]
    """(B,)."""
    fwhm_nm: NDArray[np.float32]
    """(B,)."""
    day_of_year: Integers
    """(T,) 1..365, ascending; -1 for an annual composite (half of the regions with one date)."""
    class_names: tuple[str, ...]
    theme: str
    level: Literal["surface", "toa"]


def draw_region(
    rng: np.random.Generator,
    *,
    classes: int,
    pixels_per_class: int,
    fields_per_class: int,
    wavelengths_nm: ArrayLike,
    fwhm_nm: ArrayLike,
    level: Level = "random",
    background: int = 256,
    dates: int = 1,
    theme: str | None = None,
) -> RegionSample:
    """Draws a region and labelled pixels of it; the same generator state gives the same region.

    Args:
        rng: the only source of randomness.
        classes: classes of the task, at least two.
        pixels_per_class: labelled pixels per class.
        fields_per_class: fields per class over which they are spread, the first pixel in the first
            field and so on.
        wavelengths_nm: (B,) band centres within 400..2500.
        fwhm_nm: (B,) band widths.
        level: reflectance of the surface, at the top of the atmosphere, or either.
        background: size of the unlabelled sample.
        dates: T, 1..36. One: the region on any day, whole. More: a series with seasons and gaps.
        theme: a key of `THEMES`; random where None.

    Raises:
        ValueError: fewer than two classes, fewer pixels than fields, no or too many dates, an unknown theme,
            or bands out of range.
    """
    if classes < 2 or fields_per_class < 1 or pixels_per_class < fields_per_class:
        raise ValueError(
            f"need two classes and a pixel per field: got {classes} classes, {fields_per_class} fields and "
            f"{pixels_per_class} pixels per class"
        )
    if not 1 <= dates <= _MOST_DATES or (theme is not None and theme not in THEMES):
        raise ValueError(f"need 1..{_MOST_DATES} dates and a known theme: got {dates} dates, theme {theme!r}")
    centre = np.asarray(wavelengths_nm, dtype=np.float64)
    response = band_response(centre, fwhm_nm)
    known: Literal["surface", "toa"] = (
        level if level != "random" else ("toa" if rng.random() < 0.4 else "surface")
    )
    series = dates > 1
    plan = plan_region(rng, classes, series=series, theme_name=theme)
    covers = (
        draw_covers(rng, plan, response, centre, archetypes=SERIES_ARCHETYPES, dryness=0.4)
        if series
        else draw_covers(rng, plan, response, centre)
    )

    others = _area_shares(rng, classes, len(plan.names))
    spare = max(background // 4, 8)  # fields of the background, none of them labelled
    class_of = np.concatenate(
        [np.repeat(np.arange(classes), fields_per_class), rng.choice(others.size, spare, p=others)]
    )
    fields = draw_fields(rng, covers, _cover_of(rng, plan.covers, class_of))
    member = np.tile(np.arange(pixels_per_class) % fields_per_class, classes)
    labelled = np.repeat(np.arange(classes), pixels_per_class) * fields_per_class + member
    unlabelled = classes * fields_per_class + rng.integers(0, spare, background)
    field_of = np.concatenate([labelled, unlabelled])

    land = Land(plan, covers, fields, field_of)
    if series:
        seen, days = see_series(rng, land, response, known, dates)
    else:
        seen = _see(rng, land, response, known)[:, None]
        days = np.array([rng.integers(1, 366) if rng.random() < 0.5 else -1])
    count = classes * pixels_per_class
    return RegionSample(
        seen[:count], np.repeat(np.arange(classes), pixels_per_class), labelled, seen[count:],
        centre, np.asarray(fwhm_nm, dtype=np.float32), days, plan.names[:classes],
        plan.theme, known,
    )  # fmt: skip


def _see(rng: np.random.Generator, land: Land, response: Floats32, level: str) -> Floats32:
    """The land on one day, (n, B)."""
    covers, fields, field_of = land.covers, land.fields, land.field_of
    view = draw_view(rng, covers.wavelengths_nm, response, level)
    sunlit = pixel_spectra(rng, fields, covers, field_of)
    ground = view.lit(rng, sunlit, fields.light[field_of], covers.texture[fields.cover[field_of]])
    return view.record(rng, ground, fields.haze[field_of])


def _area_shares(rng: np.random.Generator, classes: int, total: int) -> Floats:
    weight = rng.gamma(0.9, size=total) + 0.02
    weight[classes:] *= 0.7
    return np.asarray(weight / weight.sum())


def _cover_of(
    rng: np.random.Generator, members: tuple[tuple[int, ...], ...], class_index: Integers
) -> Integers:
    """One of its class's covers for each field."""
    table = np.full((len(members), max(map(len, members))), -1)
    for i, row in enumerate(members):
        table[i, : len(row)] = row
    sizes = np.array([len(row) for row in members])
    turn = (rng.random(class_index.size) * sizes[class_index]).astype(np.int64)
    return np.asarray(table[class_index, turn])
