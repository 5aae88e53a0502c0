"""Imagery as a picture of a whole region: shown alike everywhere, so that tiles match at their edges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol, Self

import numpy as np

from app.live.bands import bands_of
from app.live.blocks import strips
from app.live.indices import INDICES
from app.live.layers import Layer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.sources import Opened
    from geodata.grid import Region, Window
    from geodata.imagery import ImagerySource

_PERCENT: Final = (1.0, 99.0)
_GAMMA: Final = 1.6
_ROWS: Final = 128


class Tone(Protocol):
    """How reflectance is shown."""

    def numbers(self, reflectance: NDArray[np.float32]) -> NDArray[np.uint8]:
        """(b, h, w) of a layer's bands, no NaN -> (n, h, w), 1..255."""


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """Three bands as red, green and blue."""

    low: NDArray[np.float32]
    """(3, 1, 1) reflectance that is shown black."""

    high: NDArray[np.float32]
    """(3, 1, 1) reflectance that is shown white."""

    @classmethod
    def of(cls, layer: Layer, shown: NDArray[np.float32]) -> Self:
        """To the percentiles of some pixels (n, 3)."""
        if not len(shown):
            shown = np.array([[0.0] * 3, [1.0] * 3], dtype=np.float32)
        # One stretch for all three keeps true colours true; false ones would be all red.
        low, high = (
            np.percentile(shown, _PERCENT, axis=0)
            if layer is Layer.FALSE_COLOR
            else np.repeat(np.percentile(shown, _PERCENT)[:, None], 3, axis=1)
        )
        return cls(
            np.asarray(low, dtype=np.float32)[:, None, None],
            np.asarray(high, dtype=np.float32)[:, None, None],
        )

    def numbers(self, reflectance: NDArray[np.float32]) -> NDArray[np.uint8]:
        """(3, h, w) -> (3, h, w)."""
        span = np.maximum(self.high - self.low, 1e-6)
        scaled = np.clip((reflectance - self.low) / span, 0, 1) ** (1 / _GAMMA)
        return np.asarray(1 + np.round(254 * scaled), dtype=np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """How to show imagery of one region."""

    bands: tuple[int, ...]
    """Positions of what is shown."""

    dates: tuple[int, ...]
    """The date that most of the region is clear on first; the next ones fill its gaps."""

    tone: Tone

    @classmethod
    def of(cls, layer: Layer, imagery: ImagerySource, region: Region) -> Self:
        """By the region's random sample.

        Raises:
            NotFoundError: the imagery has no such bands.
            LandshotError: of reading the imagery.
        """
        bands = bands_of(layer, imagery.name, [band.wavelength_nm for band in imagery.bands])
        sample = imagery.sample(region)[:, :, list(bands)]  # (n, T, b)
        clear = np.isfinite(sample).all(axis=2)
        dates = np.argsort(-clear.sum(axis=0), kind="stable").tolist()
        tone = Stretch.of(layer, sample[clear]) if layer.is_composite else INDICES[layer]
        return cls(bands, tuple(dates), tone)

    def draw(self, opened: Opened, region: Region, window: Window) -> NDArray[np.uint8]:
        """Numbers (n, h, w) of a window, 1..255; 0 where no date is clear.

        Raises:
            LandshotError: of reading the imagery.
        """
        parts = [
            self.numbers(opened.imagery.read_region(region, strip).reflectance)
            for strip in strips(window, _ROWS)
        ]
        return np.concatenate(parts, axis=1)

    def numbers(self, reflectance: NDArray[np.float32]) -> NDArray[np.uint8]:
        """(T, B, h, w) -> (n, h, w)."""
        shown = np.full((len(self.bands), *reflectance.shape[2:]), np.nan, dtype=np.float32)
        for date in self.dates:
            gaps = np.isnan(shown).any(axis=0)
            if not gaps.any():
                break
            shown[:, gaps] = reflectance[date][list(self.bands)][:, gaps]
        missing = np.isnan(shown).any(axis=0)
        return np.where(missing, np.uint8(0), self.tone.numbers(np.nan_to_num(shown)))
