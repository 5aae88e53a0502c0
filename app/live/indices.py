"""Spectral indices as layers: normalized differences of two bands, in colours that mean the same in every region."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from rio_tiler.colormap import cmap

from app.live.layers import Layer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from app.live.layers import Colours

_SMALLEST_SUM: Final = 1e-6
"""Of two bands without any light the normalized difference is called zero."""

_TOP: Final = 255


@dataclass(frozen=True)
class SpectralIndex:
    """How (a - b) / (a + b) of a layer's two bands is shown."""

    low: float
    """Shown by the first colour, as is all below."""

    high: float
    """Shown by the last colour, as is all above."""

    colormap: str
    """Of `rio_tiler.colormap`: ColorBrewer's, which the colour-blind can read."""

    steps: int
    """Between the stops of `ramp`."""

    def numbers(self, reflectance: NDArray[np.float32]) -> NDArray[np.uint8]:
        """(2, h, w) of the bands a and b, as `app.live.bands` has them -> (1, h, w): 1 is `low`, 255 is `high`."""
        first, second = reflectance
        total = first + second
        dark = total < _SMALLEST_SUM
        index = np.where(dark, 0.0, (first - second) / np.where(dark, 1.0, total))
        share = np.clip((index - self.low) / (self.high - self.low), 0, 1)
        return (1 + np.round((_TOP - 1) * share)).astype(np.uint8)[None]

    @cached_property
    def colours(self) -> Colours:
        """Number -> colour."""
        ramp: Any = cmap.get(self.colormap)  # its type allows other kinds of colour maps
        return {
            number: (*(int(part) for part in ramp[round((number - 1) / (_TOP - 1) * 255)][:3]), 255)  # type: ignore[misc]
            for number in range(1, _TOP + 1)
        }

    @property
    def ramp(self) -> list[tuple[float, str]]:
        """For a legend: some values, from `low` to `high`, with the colours that tiles show them in."""
        stops = []
        for stop in range(self.steps + 1):
            number = 1 + round((_TOP - 1) * stop / self.steps)
            red, green, blue, _ = self.colours[number]
            value = round(self.low + (self.high - self.low) * stop / self.steps, 6) + 0.0  # no -0.0
            stops.append((value, f"#{red:02X}{green:02X}{blue:02X}"))
        return stops


INDICES: Final[Mapping[Layer, SpectralIndex]] = {
    # Rouse et al. 1974: bare ground yellow, dense vegetation dark green.
    Layer.NDVI: SpectralIndex(-0.2, 1.0, "ylgn", 6),
    # McFeeters 1996: land brown, open water blue-green.
    Layer.NDWI: SpectralIndex(-0.8, 0.8, "brbg", 8),
    # Zha et al. 2003: vegetation purple, built-up and bare ground orange.
    Layer.NDBI: SpectralIndex(-0.6, 0.6, "puor_r", 6),
    # Key & Benson 2006: burned red, vegetation blue.
    Layer.NBR: SpectralIndex(-0.8, 0.8, "rdbu", 8),
}
