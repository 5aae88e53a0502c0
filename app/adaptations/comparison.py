"""What two versions of an adaptation show differently."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from app.adaptations.walking import step_of, strips_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from app.adapting import RegionAdaptation
    from app.sources import Opened
    from geodata.legend import LandCoverClass


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
    step = step_of(one.region)
    predictors = [(Predictor.of(each.model), each.values) for each in (one, other)]
    pairs = np.zeros(65_536, dtype=np.int64)

    def values_of(number: int, reflectance: NDArray[np.float32]) -> NDArray[np.uint8]:
        predictor, values = predictors[number]
        return np.asarray(values[predictor.predict(reflectance)[0]])

    with ThreadPoolExecutor(2, thread_name_prefix="landshot-compare-predict") as pool:
        for strip in strips_of(one.region, opened, step):
            before, after = pool.map(values_of, (0, 1), (strip.reflectance,) * 2)
            pairs += np.bincount((before.astype(np.int64) * 256 + after).ravel(), minlength=65_536)
    counted = {(pair // 256, pair % 256): int(pairs[pair]) for pair in np.flatnonzero(pairs).tolist()}
    known = tuple({entry.value: entry for entry in each.legend} for each in (one, other))
    return Comparison(step, height * width, counted, (known[0], known[1]))


def _name(classes: Mapping[int, LandCoverClass], value: int) -> str:
    entry = classes.get(value)
    return entry.name if entry else "nodata"
