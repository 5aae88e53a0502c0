"""What tiles can show."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from rio_tiler.colormap import cmap

from geodata.maps import CONFIDENCE_NODATA, NODATA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geodata.legend import Legend

Colours = dict[int, tuple[int, int, int, int]]


class Layer(StrEnum):
    """One picture of a region."""

    CLASSES = "classes"
    CONFIDENCE = "confidence"
    TRUE_COLOR = "true-color"
    FALSE_COLOR = "false-color"
    NDVI = "ndvi"
    NDWI = "ndwi"
    NDBI = "ndbi"
    NBR = "nbr"

    @property
    def is_imagery(self) -> bool:
        """Whether it shows what was seen, and not what was made of it."""
        return self not in (Layer.CLASSES, Layer.CONFIDENCE)

    @property
    def is_composite(self) -> bool:
        """Whether it shows three bands as red, green and blue, and not one number a pixel."""
        return self in (Layer.TRUE_COLOR, Layer.FALSE_COLOR)

    @property
    def nodata(self) -> int:
        """Stored number where there is nothing."""
        return CONFIDENCE_NODATA if self is Layer.CONFIDENCE else NODATA

    @property
    def heading(self) -> str:
        """As people read it."""
        return _TITLES[self]


ImageryLayer = Literal["true-color", "false-color", "ndvi", "ndwi", "ndbi", "nbr"]
"""Those that show what was seen, as clients write them."""


class TileFormat(StrEnum):
    """How a tile is written; `NPY` has numbers and, last, a mask (255: valid) instead of colours."""

    PNG = "png"
    WEBP = "webp"
    NPY = "npy"

    @property
    def media_type(self) -> str:
        """For Content-Type."""
        return "application/x-npy" if self is TileFormat.NPY else f"image/{self.value}"


_TITLES: Final[Mapping[Layer, str]] = {
    Layer.CLASSES: "Land cover",
    Layer.CONFIDENCE: "Confidence, per cent",
    Layer.TRUE_COLOR: "Imagery in true colour",
    Layer.FALSE_COLOR: "Imagery in false colour: near infrared, red, green",
    Layer.NDVI: "Vegetation index (NDVI)",
    Layer.NDWI: "Water index (NDWI)",
    Layer.NDBI: "Built-up index (NDBI)",
    Layer.NBR: "Burn index (NBR)",
}


def colours_of(legend: Legend) -> Colours:
    """Class value -> colour, opaque."""
    return {entry.value: (*entry.rgb, 255) for entry in legend}


@cache
def confidence_colours() -> Colours:
    """Per cent -> colour, from dark to bright."""
    ramp: Any = cmap.get("viridis")  # its type allows other kinds of colour maps
    return {percent: (*ramp[round(percent * 2.55)][:3], 255) for percent in range(101)}
