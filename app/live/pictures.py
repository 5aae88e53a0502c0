"""Imagery as a picture: three bands, stretched alike over a whole region, so that tiles match at their edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from app.live.blocks import strips
from app.live.layers import Layer
from geodata.errors import NotFoundError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.sources import Opened
    from geodata.grid import Region, Window
    from geodata.imagery import ImagerySource

_WAVELENGTHS_NM: Final = {
    Layer.TRUE_COLOR: (("red", 665.0), ("green", 560.0), ("blue", 490.0)),
    Layer.FALSE_COLOR: (("near-infrared", 842.0), ("red", 665.0), ("green", 560.0)),
}
_NEAR: Final = 0.1
"""A band may lie this share of a colour's wavelength beside it."""

_PERCENT: Final = (1.0, 99.0)
_GAMMA: Final = 1.6
_ROWS: Final = 128


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """How to show imagery of one region."""

    bands: tuple[int, int, int]
    """Positions of what is shown red, green and blue."""

    dates: tuple[int, ...]
    """The date that most of the region is clear on first; the next ones fill its gaps."""

    low: NDArray[np.float32]
    """(3, 1, 1) reflectance that is shown black."""

    high: NDArray[np.float32]
    """(3, 1, 1) reflectance that is shown white."""

    @classmethod
    def of(cls, layer: Layer, imagery: ImagerySource, region: Region) -> Self:
        """Stretched to the region's random sample.

        Raises:
            NotFoundError: the imagery has no such bands.
            LandshotError: of reading the imagery.
        """
        bands = _bands(layer, imagery)
        sample = imagery.sample(region)[:, :, list(bands)]  # (n, T, 3)
        clear = np.isfinite(sample).all(axis=2)
        dates = np.argsort(-clear.sum(axis=0), kind="stable").tolist()
        shown = sample[clear]
        if not len(shown):
            shown = np.array([[0.0] * 3, [1.0] * 3], dtype=np.float32)
        # One stretch for all three keeps true colours true; false ones would be all red.
        low, high = (
            np.percentile(shown, _PERCENT, axis=0)
            if layer is Layer.FALSE_COLOR
            else np.repeat(np.percentile(shown, _PERCENT)[:, None], 3, axis=1)
        )
        return cls(
            bands,
            tuple(dates),
            np.asarray(low, dtype=np.float32)[:, None, None],
            np.asarray(high, dtype=np.float32)[:, None, None],
        )

    def draw(self, opened: Opened, region: Region, window: Window) -> NDArray[np.uint8]:
        """Colours (3, h, w) of a window, 1..255; 0 where no date is clear.

        Raises:
            LandshotError: of reading the imagery.
        """
        parts = [
            self.colours(opened.imagery.read_region(region, strip).reflectance)
            for strip in strips(window, _ROWS)
        ]
        return np.concatenate(parts, axis=1)

    def colours(self, reflectance: NDArray[np.float32]) -> NDArray[np.uint8]:
        """(T, B, h, w) -> (3, h, w)."""
        shown = np.full((3, *reflectance.shape[2:]), np.nan, dtype=np.float32)
        for date in self.dates:
            gaps = np.isnan(shown).any(axis=0)
            if not gaps.any():
                break
            shown[:, gaps] = reflectance[date][list(self.bands)][:, gaps]
        missing = np.isnan(shown).any(axis=0)
        scaled = np.clip((shown - self.low) / np.maximum(self.high - self.low, 1e-6), 0, 1) ** (1 / _GAMMA)
        return np.where(missing, 0, 1 + np.round(254 * np.nan_to_num(scaled))).astype(np.uint8)


def has_bands(layer: Layer, wavelengths_nm: tuple[float, ...]) -> bool:
    """Whether imagery with such bands can be shown as a layer."""
    return all(_nearest(wanted, wavelengths_nm) is not None for _, wanted in _WAVELENGTHS_NM[layer])


def _bands(layer: Layer, imagery: ImagerySource) -> tuple[int, int, int]:
    centres = tuple(band.wavelength_nm for band in imagery.bands)
    found = []
    for colour, wanted in _WAVELENGTHS_NM[layer]:
        nearest = _nearest(wanted, centres)
        if nearest is None:
            raise NotFoundError(
                f"{imagery.name} has no band of {colour} light, so there is no layer {layer.value}."
            )
        found.append(nearest)
    return found[0], found[1], found[2]


def _nearest(wanted: float, centres: tuple[float, ...]) -> int | None:
    distances = [abs(centre - wanted) for centre in centres]
    nearest = min(range(len(centres)), key=lambda number: distances[number])
    return nearest if distances[nearest] <= _NEAR * wanted else None
