"""How much ground each class of a version covers, before its map is there."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from app.adaptations.walking import step_of, strips_of
from app.results.areas import area_table
from app.results.classes import MappedClass, MappedClasses
from geodata.areas import row_areas_m2

if TYPE_CHECKING:
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from app.adaptations.version import Version
    from app.adaptations.walking import Strip
    from app.adapting import RegionAdaptation
    from app.sources import Opened

_PREDICTORS: Final = 2
_UNDER_WAY: Final = 3
"""Strips: one is read while the others are predicted."""


@dataclass(frozen=True, slots=True)
class RegionAreas:
    """What a map of the region would have of each class."""

    step: int
    """Every so many rows and columns were predicted; 1: all pixels."""

    mapped: MappedClasses
    """Pixels and areas, scaled to the whole region where the step is larger than 1."""

    def to_json(self, version: Version) -> dict[str, Any]:
        """As `app.results.areas.area_table` tells of a finished map."""
        table = area_table(version.map_id, self.mapped)
        del table["map"]
        return {
            "adaptation": version.adaptation_id,
            "version": version.number,
            "step": self.step,
            **table,
        }


def region_areas(adaptation: RegionAdaptation, opened: Opened) -> RegionAreas:
    """Predict the region, or a regular sample of it, and measure the pixels of each class.

    Raises:
        LandshotError: of reading the imagery.
    """
    from model.prediction import Predictor  # noqa: PLC0415 - torch

    region, values = adaptation.region, adaptation.values
    step = step_of(region)
    predictor, row_areas = Predictor.of(adaptation.model), row_areas_m2(region.geobox)
    pixels, areas = np.zeros(256, dtype=np.int64), np.zeros(256)

    def by_row(strip: Strip) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows (h,), and how many pixels of each value they have (h, 256)."""
        shown = values[predictor.predict(strip.reflectance)[0]]
        keys = shown + 256 * np.arange(len(shown))[:, np.newaxis]
        counts = np.bincount(keys.ravel(), minlength=256 * len(shown)).reshape(len(shown), 256)
        return strip.rows, counts

    def count(made: Future[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> None:
        nonlocal pixels, areas
        rows, counts = made.result()
        pixels += counts.sum(axis=0)
        areas += row_areas[rows] @ counts

    with (
        opened.ahead(region) if opened.ahead and step == 1 else nullcontext(),
        ThreadPoolExecutor(_PREDICTORS, thread_name_prefix="landshot-areas-predict") as pool,
    ):
        under_way: deque[Future[tuple[NDArray[np.int64], NDArray[np.int64]]]] = deque()
        for strip in strips_of(region, opened, step):
            under_way.append(pool.submit(by_row, strip))
            if len(under_way) >= _UNDER_WAY:
                count(under_way.popleft())
        while under_way:
            count(under_way.popleft())
    if step > 1:
        height, width = region.shape
        areas *= row_areas.sum() * width / areas.sum()
        pixels = _shared_out(pixels, height * width)
    classes = tuple(
        MappedClass(
            entry.value,
            entry.name,
            entry.title,
            entry.color,
            int(pixels[entry.value]),
            round(float(areas[entry.value]), 2),
        )
        for entry in adaptation.legend
    )
    return RegionAreas(step, MappedClasses(classes, region.geobox))


def _shared_out(counts: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Whole numbers in the same proportions whose sum is `total`: the largest remainders are rounded up."""
    exact = counts * (total / counts.sum())
    whole: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    whole[np.argsort(whole - exact, kind="stable")[: total - int(whole.sum())]] += 1
    return whole
