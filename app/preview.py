"""One picture for people: the imagery in true colour with the labels, the map, and what its colours mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from geodata.legend import LandCoverClass, Legend

_OVER = 2  # everything is drawn this much larger and then shrunk, for smooth edges
_PANEL = 560  # longest side of a picture, in pixels of the result
_MARGIN = 28
_LEGEND = 300
_HEAD = 78
_FOOT = 46
_PAPER, _INK, _FAINT = "#FFFFFF", "#1C2430", "#667080"


@dataclass(frozen=True, slots=True)
class Marker:
    """A labelled pixel."""

    row: float
    col: float
    """Where it is in the picture, in its pixels; .5 is a pixel's centre."""

    entry: LandCoverClass


def true_colour(
    red: NDArray[np.float32], green: NDArray[np.float32], blue: NDArray[np.float32]
) -> NDArray[np.uint8]:
    """Reflectance of three bands (H, W) -> (H, W, 3) as the eye would see it; missing pixels are white.

    All bands are stretched alike, so that the colours stay true, but for the darkest and brightest percent.
    """
    bands = np.stack([red, green, blue], axis=-1)
    known = np.asarray(np.isfinite(bands).all(axis=-1))
    low, high = np.percentile(bands[known], [1, 99]) if known.any() else (0.0, 1.0)
    stretched = np.clip((bands - low) / max(high - low, 1e-6), 0, 1) ** (1 / 1.6)
    picture: NDArray[np.uint8] = (255 * np.where(known[..., None], stretched, 1)).round().astype(np.uint8)
    return picture


def in_colours(classes: NDArray[np.uint8], legend: Legend) -> NDArray[np.uint8]:
    """Class values (H, W) -> (H, W, 3) in the legend's colours; nodata is white."""
    return palette_of(legend)[classes]


def palette_of(legend: Legend) -> NDArray[np.uint8]:
    """Class value -> red, green and blue, (256, 3); what is no class is white."""
    palette = np.full((256, 3), 255, dtype=np.uint8)
    for entry in legend:
        palette[entry.value] = entry.rgb
    return palette


def draw_preview(
    imagery: NDArray[np.uint8],
    classes: NDArray[np.uint8],
    legend: Legend,
    *,
    markers: Sequence[Marker],
    areas_m2: Mapping[int, float],
    caption: str,
) -> Image.Image:
    """Lay imagery with labels, map and legend side by side.

    Args:
        imagery: (H, W, 3) of `true_colour`.
        classes: (H, W) class values.
        legend: what they mean.
        markers: the labels to draw on the imagery.
        areas_m2: class value -> mapped area.
        caption: a line below it all.
    """
    height, width = classes.shape
    zoom = _PANEL / max(height, width)
    size = (round(width * zoom), round(height * zoom))
    canvas = Image.new(
        "RGB",
        (
            _OVER * (4 * _MARGIN + 2 * size[0] + _LEGEND),
            _OVER * (_HEAD + max(size[1], 60 + 40 * len(legend)) + _FOOT),
        ),
        _PAPER,
    )
    draw = ImageDraw.Draw(canvas)
    used = len({marker.entry.value for marker in markers})
    left, middle, right = _MARGIN, 2 * _MARGIN + size[0], 3 * _MARGIN + 2 * size[0]
    _heading(
        draw, left, "Imagery and labels", f"true colour, {len(markers)} labelled pixels of {used} classes"
    )
    _heading(draw, middle, "Land cover", f"{width} x {height} pixels mapped")
    _heading(draw, right, "Classes", "share of the mapped area")
    _picture(canvas, imagery, (left, _HEAD), size)
    _picture(canvas, in_colours(classes, legend), (middle, _HEAD), size)
    for marker in markers:
        _mark(draw, left + marker.col * zoom, _HEAD + marker.row * zoom, marker.entry.color)
    _legend(draw, right, legend, areas_m2)
    draw.text(_at(left, _HEAD + size[1] + 14), caption, fill=_FAINT, font=_font(14))
    return canvas.resize((canvas.width // _OVER, canvas.height // _OVER), Image.Resampling.LANCZOS)


def _heading(draw: ImageDraw.ImageDraw, x: int, text: str, below: str) -> None:
    draw.text(_at(x, 18), text, fill=_INK, font=_font(21))
    draw.text(_at(x, 48), below, fill=_FAINT, font=_font(14))


def _picture(
    canvas: Image.Image, pixels: NDArray[np.uint8], at: tuple[int, int], size: tuple[int, int]
) -> None:
    """Pixels stay pixels: nothing is blurred when they are drawn larger."""
    enlarged = Image.fromarray(pixels).resize((_OVER * size[0], _OVER * size[1]), Image.Resampling.NEAREST)
    canvas.paste(enlarged, (_OVER * at[0], _OVER * at[1]))


def _mark(draw: ImageDraw.ImageDraw, x: float, y: float, color: str) -> None:
    """A dot of the class's colour, ringed white and dark, so that it shows on any ground."""
    for radius, fill in ((7.5, _INK), (6.5, "#FFFFFF"), (4.6, color)):
        box = [_OVER * (x - radius), _OVER * (y - radius), _OVER * (x + radius), _OVER * (y + radius)]
        draw.ellipse(box, fill=fill)


def _legend(draw: ImageDraw.ImageDraw, x: int, legend: Legend, areas_m2: Mapping[int, float]) -> None:
    whole = sum(areas_m2.values()) or 1.0
    for index, entry in enumerate(legend):
        y = _HEAD + 40 * index
        share = areas_m2.get(entry.value, 0.0) / whole
        draw.rounded_rectangle(
            [*_at(x, y), *_at(x + 26, y + 26)], _OVER * 4, fill=entry.color, outline=_FAINT
        )
        draw.text(_at(x + 38, y + 1), _fitting(entry.title, _LEGEND - 100), fill=_INK, font=_font(16))
        draw.text(_at(x + _LEGEND - 8, y + 1), f"{100 * share:.1f} %", fill=_INK, font=_font(16), anchor="ra")
        bar = x + 38 + round((_LEGEND - 46) * share)
        draw.rectangle([*_at(x + 38, y + 23), *_at(x + _LEGEND - 8, y + 26)], fill="#E8EBEF")
        draw.rectangle([*_at(x + 38, y + 23), *_at(bar, y + 26)], fill=entry.color)


def _fitting(text: str, width: int) -> str:
    """The text, shortened to a width in pixels."""
    font = _font(16)
    while font.getlength(text) > _OVER * width:
        text = text[:-2].rstrip() + "…"
    return text


def _at(x: float, y: float) -> tuple[float, float]:
    return _OVER * x, _OVER * y


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font that Pillow brings along: no machine needs to have one."""
    return ImageFont.load_default(_OVER * size)
