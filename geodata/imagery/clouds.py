"""Which pixels of a scene show the ground: what its mask says of cloud, shadow and defects."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np

from geodata.errors import CatalogueError

if TYPE_CHECKING:
    from numpy.typing import NDArray

MaskKind = Literal["scl", "qa_pixel"]
"""Sentinel-2's scene classification, or the bits of Landsat Collection 2."""

SCL_CLASSES: Final = {
    0: "no data",
    1: "saturated or defective",
    2: "dark area or terrain shadow",
    3: "cloud shadow",
    4: "vegetation",
    5: "bare soil",
    6: "water",
    7: "unclassified",
    8: "cloud, medium probability",
    9: "cloud, high probability",
    10: "thin cirrus",
    11: "snow or ice",
}

QA_PIXEL_BITS: Final = {
    0: "fill",
    1: "dilated cloud",
    2: "cirrus",
    3: "cloud",
    4: "cloud shadow",
    5: "snow",
    6: "clear",
    7: "water",
}


@dataclass(frozen=True, slots=True)
class MaskSettings:
    """What of a mask counts as not clear, and how far around it the ground is not trusted either."""

    scl_excluded: tuple[int, ...] = (0, 1, 3, 8, 9, 10)
    """Classes of SCL; snow (11) stays, because it is a land cover."""

    scl_dilated: tuple[int, ...] = (3, 8, 9, 10)
    """Those of them that grow by `dilation_m`: clouds and their shadows have soft edges, gaps have not."""

    qa_excluded: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Bits of QA_PIXEL; snow (5) stays."""

    qa_dilated: tuple[int, ...] = (2, 3, 4)
    """Those of them that grow."""

    dilation_m: float = 60.0
    """Three pixels of SCL. QA_PIXEL comes with its clouds dilated by the USGS."""

    def __post_init__(self) -> None:
        for name, known in (
            ("scl_excluded", SCL_CLASSES),
            ("scl_dilated", SCL_CLASSES),
            ("qa_excluded", QA_PIXEL_BITS),
            ("qa_dilated", QA_PIXEL_BITS),
        ):
            if unknown := sorted(set(getattr(self, name)) - set(known)):
                raise CatalogueError(
                    f"{name}: there is no {', '.join(map(str, unknown))}; "
                    f"it is {', '.join(f'{value} ({what})' for value, what in known.items())}"
                )
        if not 0 <= self.dilation_m <= 2000:
            raise CatalogueError(f"dilation_m is {self.dilation_m:g}; give 0 to 2000 metres")


_FUZZ = 1e-6  # pixels: 60 m are three pixels of 20 m, whatever rounding says


def dilation_pixels(settings: MaskSettings, resolution_m: float) -> int:
    """How many pixels beyond a window its mask must be read, so that no cloud outside it is overlooked.

    Args:
        settings: how far clouds grow.
        resolution_m: pixel size of the mask as it is read.
    """
    return math.floor(settings.dilation_m / resolution_m + _FUZZ)


def clear_mask(
    values: NDArray[Any], kind: MaskKind, settings: MaskSettings, *, resolution_m: float
) -> NDArray[np.bool_]:
    """Which pixels are clear (h, w).

    To be called on the mask's own grid, before it is resampled (nearest) to the map's; pixels within
    `dilation_pixels` of the edge are right only where nothing beyond the edge could reach them.

    Args:
        values: (h, w) the mask as stored.
        kind: what the numbers mean.
        settings: what counts as not clear.
        resolution_m: pixel size of `values`.
    """
    if kind == "scl":
        known = (values >= 1) & (values <= max(SCL_CLASSES))
        clear = known & ~np.isin(values, settings.scl_excluded)
        growing = np.isin(values, _both(settings.scl_excluded, settings.scl_dilated))
    else:
        # 0 is no combination that the USGS writes: a clear pixel has its bit (6) set.
        clear = (values != 0) & (values & _bits(settings.qa_excluded) == 0)
        growing = values & _bits(_both(settings.qa_excluded, settings.qa_dilated)) != 0
    return np.asarray(clear & ~_grown(growing, settings.dilation_m / resolution_m))


def _both(excluded: tuple[int, ...], dilated: tuple[int, ...]) -> tuple[int, ...]:
    """What is not excluded does not grow either."""
    return tuple(sorted({*excluded} & {*dilated}))


def _bits(numbers: tuple[int, ...]) -> int:
    return sum(1 << number for number in set(numbers))


def _grown(seeds: NDArray[np.bool_], radius: float) -> NDArray[np.bool_]:
    """Everything within a number of pixels from any seed, centre to centre."""
    if radius <= 0 or not seeds.any():
        return seeds
    # Late: a server that only knows the settings need not wait for scipy.
    from scipy.ndimage import distance_transform_edt  # noqa: PLC0415

    # The time of a distance transform does not depend on the radius, that of a dilation does.
    return np.asarray(distance_transform_edt(~seeds) <= radius + _FUZZ)
