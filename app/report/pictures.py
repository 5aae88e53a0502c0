"""The pictures of a report, as data addresses: the page needs no other file."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import rasterio
from PIL import Image

from app.adaptations.restoring import refuse_outdated
from app.adaptations.walking import strips_of
from app.errors import RegionTooLargeError
from app.live.layers import Layer, confidence_colours
from app.live.pictures import Picture
from app.preview import palette_of
from geodata.gdal import gdal_settings

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from app.adaptations.shelf import ImageryOf
    from app.adaptations.version import Version
    from app.sources import Opened
    from geodata.legend import Legend

MAP_PIXELS: Final = 1000
SMALL_PIXELS: Final = 500
IMAGERY_PIXELS: Final = 700
"""Longest side of a picture; small maps have fewer."""

MOST_READ: Final = 50_000_000
"""Pixels times dates of a region up to which its imagery is drawn: it is read anew for that."""

_JPEG_QUALITY: Final = 85


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture in a page."""

    address: str
    """`data:image/png;base64,...`"""

    width: int
    height: int


def draw_classes(landcover: Path, legend: Legend) -> Drawing:
    """The map in its legend's colours, and no other; nodata is white."""
    return _indexed(_thinned(landcover, MAP_PIXELS), palette_of(legend))


def draw_confidence(confidence: Path) -> Drawing:
    """Confidence from dark (0 %) to bright (100 %); nodata is white."""
    palette = np.full((256, 3), 255, dtype=np.uint8)
    for percent, colour in confidence_colours().items():
        palette[percent] = colour[:3]
    return _indexed(_thinned(confidence, SMALL_PIXELS), palette)


def confidence_ramp() -> tuple[str, ...]:
    """Colours of 0, 20, ..., 100 % in that picture, as #RRGGBB."""
    colours = confidence_colours()
    return tuple(f"#{bytes(colours[percent][:3]).hex()}" for percent in range(0, 101, 20))


def draw_imagery(version: Version, imagery: ImageryOf) -> Drawing:
    """The imagery of a version in true colour; what was never seen clear is white.

    Raises:
        RegionTooLargeError: reading it would take too long.
        OutdatedAdaptationError: the imagery is not what the version was made from.
        LandshotError: the imagery cannot be read, or has no such bands.
    """
    summary = version.summary
    height, width = summary.region.shape
    if height * width * summary.dates > MOST_READ:
        raise RegionTooLargeError("the region is too large to be drawn from its imagery")
    step = math.ceil(max(height, width) / IMAGERY_PIXELS)

    def drawn(opened: Opened) -> NDArray[np.uint8]:
        refuse_outdated(version, opened)
        picture = Picture.of(Layer.TRUE_COLOR, opened.imagery, summary.region)
        strips = strips_of(summary.region, opened, step)
        return np.concatenate([picture.numbers(strip.reflectance) for strip in strips], axis=1)

    with imagery.borrowed() as borrowed:
        colours = borrowed.work(drawn)
    colours[:, (colours == 0).all(axis=0)] = 255
    return _encoded(
        Image.fromarray(np.ascontiguousarray(colours.transpose(1, 2, 0))), "JPEG", quality=_JPEG_QUALITY
    )


def _thinned(path: Path, longest: int) -> NDArray[np.uint8]:
    """A stored layer, from its overviews where it is larger than the picture."""
    with gdal_settings(), rasterio.open(path) as source:
        zoom = min(1.0, longest / max(source.shape))
        shape = tuple(max(1, round(side * zoom)) for side in source.shape)
        values: NDArray[np.uint8] = source.read(1, out_shape=shape)
    return values


def _indexed(values: NDArray[np.uint8], palette: NDArray[np.uint8]) -> Drawing:
    image = Image.fromarray(values, "P")
    image.putpalette(palette.tobytes())
    return _encoded(image, "PNG", optimize=True)


def _encoded(image: Image.Image, kind: str, **options: int) -> Drawing:
    content = io.BytesIO()
    image.save(content, kind, **options)
    text = base64.b64encode(content.getvalue()).decode()
    return Drawing(f"data:image/{kind.lower()};base64,{text}", image.width, image.height)
