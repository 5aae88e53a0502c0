"""What two versions of an adaptation show differently."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geodata.grid import Window

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from app.adapting import RegionAdaptation
    from app.sources import Opened
    from geodata.cube import Cube
    from geodata.legend import LandCoverClass

MOST_PIXELS: Final = 1_048_576
"""Compared: all of a region up to this, else a regular sample of every n-th row and column."""

_AT_ONCE: Final = 65_536
"""Pixels that are read together."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Pixels of each pair of classes."""

    step: int
    """Every so many rows and columns were compared; 1: all pixels."""

    region_pixels: int
    pairs: Mapping[tuple[int, int], int]
    """(class value in one version, in the other) -> pixels; 0 is nodata."""

    classes: tuple[Mapping[int, LandCoverClass], Mapping[int, LandCoverClass]]
    """Class value -> class, of one version and of the other."""

    def to_json(self) -> dict[str, Any]:
        """The pairs that differ, the most frequent first."""
        compared = sum(self.pairs.values())
        one, other = self.classes
        differing = {
            pair: count for pair, count in self.pairs.items() if _name(one, pair[0]) != _name(other, pair[1])
        }
        changed = sum(differing.values())
        return {
            "region_pixels": self.region_pixels,
            "compared_pixels": compared,
            "step": self.step,
            "changed_pixels": changed,
            "changed_share": round(changed / compared, 6) if compared else 0.0,
            "changes": [
                {
                    "from": {"value": pair[0], "name": _name(one, pair[0])},
                    "to": {"value": pair[1], "name": _name(other, pair[1])},
                    "pixels": count,
                    "share": round(count / compared, 6),
                }
                for pair, count in sorted(differing.items(), key=lambda entry: (-entry[1], entry[0]))
            ],
        }


def compare(one: RegionAdaptation, other: RegionAdaptation, opened: Opened) -> Comparison:
    """Predict both on the same pixels.

    Raises:
        LandshotError: of reading the imagery.
    """
    from model.prediction import Predictor  # noqa: PLC0415 - torch

    height, width = one.region.shape
    step = math.ceil(math.sqrt(height * width / MOST_PIXELS))
    predictors = [(Predictor.of(each.model), each.values) for each in (one, other)]
    pairs = np.zeros(65_536, dtype=np.int64)

    def values_of(number: int, cube: Cube) -> NDArray[np.uint8]:
        predictor, values = predictors[number]
        return np.asarray(values[predictor.predict(cube.reflectance)[0]])

    with ThreadPoolExecutor(2, thread_name_prefix="landshot-compare-predict") as pool:
        for cube in _cubes(one, opened, step):
            before, after = pool.map(values_of, (0, 1), (cube, cube))
            pairs += np.bincount((before.astype(np.int64) * 256 + after).ravel(), minlength=65_536)
    counted = {(pair // 256, pair % 256): int(pairs[pair]) for pair in np.flatnonzero(pairs).tolist()}
    known = tuple({entry.value: entry for entry in each.legend} for each in (one, other))
    return Comparison(step, height * width, counted, (known[0], known[1]))


def _cubes(adaptation: RegionAdaptation, opened: Opened, step: int) -> Iterator[Cube]:
    """The pixels to compare, some at a time."""
    region = adaptation.region
    height, width = region.shape
    if step == 1:
        rows = max(1, _AT_ONCE // width)
        for row in range(0, height, rows):
            yield opened.imagery.read_region(region, Window(row, 0, min(rows, height - row), width))
        return
    cols = np.arange(step // 2, width, step, dtype=np.int64)
    lines = np.arange(step // 2, height, step, dtype=np.int64)
    together = max(1, _AT_ONCE // len(cols))
    for first in range(0, len(lines), together):
        some = lines[first : first + together]
        grid_rows, grid_cols = np.meshgrid(some, cols, indexing="ij")
        yield opened.imagery.read_pixels(region, grid_rows.ravel(), grid_cols.ravel())


def _name(classes: Mapping[int, LandCoverClass], value: int) -> str:
    entry = classes.get(value)
    return entry.name if entry else "nodata"
