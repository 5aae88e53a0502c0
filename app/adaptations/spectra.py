"""Spectra as JSON: those of a pixel, and those of the labelled pixels of each class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.adaptations.labelled import NamedPixels
    from app.sources import Opened
    from geodata.legend import LandCoverClass, Legend

_PERCENT: Final = (50, 10, 90)
_DIGITS: Final = 5


def class_spectra(labelled: NamedPixels, legend: Legend) -> list[dict[str, Any]]:
    """Median, 10th and 90th percentile of each class with labels, date by date and band by band."""
    spectra = []
    for index, entry in enumerate(legend):
        mine = labelled.reflectance[labelled.class_index == index]  # (n, T, B)
        if not len(mine):
            continue
        middle, low, high = _percentiles(mine)
        dates = [
            {"median": told(middle[date]), "low": told(low[date]), "high": told(high[date])}
            for date in range(mine.shape[1])
        ]
        spectra.append({**described(entry), "labelled_pixels": len(mine), "dates": dates})
    return spectra


def dates_of(opened: Opened) -> list[dict[str, Any]]:
    """What is known of each date: its day, or the first and last day of its step; and the day of the year."""
    imagery = opened.imagery
    steps = opened.lineage.properties.get("landshot:steps", ())
    labels: list[str | None] = [None] * len(imagery.day_of_year)
    if len(labels) == 1 and imagery.date:
        labels = [imagery.date.isoformat()]
    elif len(steps) == len(labels):
        labels = [f"{step['start']}/{step['end']}" for step in steps]
    days = imagery.day_of_year.tolist()
    return [
        {"date": label, "day_of_year": day if day > 0 else None}
        for label, day in zip(labels, days, strict=True)
    ]


def described(entry: LandCoverClass) -> dict[str, Any]:
    """A class, as every answer tells of it."""
    return {"value": entry.value, "name": entry.name, "title": entry.title, "color": entry.color}


def told(values: NDArray[np.floating]) -> list[float | None]:
    """Reflectance (B,), null where there is none."""
    return [None if value != value else round(value, _DIGITS) for value in values.tolist()]  # noqa: PLR0124 - NaN


def _percentiles(reflectance: NDArray[np.float32]) -> NDArray[np.float64]:
    """(n, T, B) -> (3, T, B), NaN where no pixel has a value."""
    flat = reflectance.reshape(len(reflectance), -1).astype(np.float64)
    found = np.full((len(_PERCENT), flat.shape[1]), np.nan)
    some = np.isfinite(flat).any(axis=0)
    if some.any():
        found[:, some] = np.nanpercentile(flat[:, some], _PERCENT, axis=0)
    return found.reshape(len(_PERCENT), *reflectance.shape[1:])
