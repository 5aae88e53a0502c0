"""The labelled pixels of a version, as its learner saw them, and which label each belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.samples import read_labelled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from geodata.grid import Region
    from geodata.imagery import ImagerySource
    from geodata.labels import LabelSet
    from geodata.legend import Legend


@dataclass(frozen=True, slots=True, eq=False)
class NamedPixels:
    """Ordered by row, then column."""

    reflectance: NDArray[np.float32]
    """(n, T, B), NaN where a date is missing."""

    class_index: NDArray[np.int64]
    """(n,) position in the legend."""

    label: NDArray[np.int64]
    """(n,) name of the label; a label has several where it is a polygon."""

    rows: NDArray[np.int64]
    """(n,) in the region's pixels."""

    cols: NDArray[np.int64]
    """(n,)"""

    def thinned(self, most: int) -> NamedPixels:
        """`most` pixels or fewer: as many of each label, evenly spread; of too many labels, of some of each class."""
        if len(self.label) <= most:
            return self
        by_label = _groups(self.label)
        each = max(1, most // len(by_label))
        chosen = np.concatenate([_evenly(group, each) for group in by_label])
        if len(chosen) > most:
            by_class = _groups(self.class_index[chosen])
            each = max(1, most // len(by_class))
            chosen = chosen[np.concatenate([_evenly(group, each) for group in by_class])]
        chosen.sort()
        return NamedPixels(
            np.ascontiguousarray(self.reflectance[chosen]),
            self.class_index[chosen],
            self.label[chosen],
            self.rows[chosen],
            self.cols[chosen],
        )


def named_pixels(
    labels: LabelSet, names: Sequence[int], legend: Legend, imagery: ImagerySource, region: Region
) -> NamedPixels:
    """Read the pixels that a version was adapted to.

    Args:
        labels: of its request.
        names: of these labels, in their order.
        legend: of the version.
        imagery: as it was when the version was made.
        region: of the version.

    Raises:
        LandshotError: of reading the imagery.
    """
    labelled = read_labelled(labels, legend, imagery, region).handful
    pixels = labelled.pixels
    of_label = np.asarray(names, dtype=np.int64)[pixels.label_index]
    return NamedPixels(labelled.reflectance, pixels.class_index, of_label, pixels.rows, pixels.cols)


def _groups(of: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Positions of each value, ascending."""
    order = np.argsort(of, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(of[order])) + 1)


def _evenly(positions: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    count = min(len(positions), most)
    return positions[np.linspace(0, len(positions) - 1, count).astype(np.int64)]
