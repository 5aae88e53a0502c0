"""Colours for classes: those of ESA WorldCover, and others that colour-blind readers can tell apart."""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WORLDCOVER: tuple[tuple[int, str, str, tuple[str, ...]], ...] = (
    (10, "#006400", "Tree cover", ("tree", "trees", "forest", "woodland")),
    (20, "#FFBB22", "Shrubland", ("shrub", "shrubs", "scrub", "shrub and scrub")),
    (30, "#FFFF4C", "Grassland", ("grass",)),
    (40, "#F096FF", "Cropland", ("crop", "crops")),
    (50, "#FA0000", "Built-up", ("built", "builtup", "urban", "built up area")),
    (
        60,
        "#B4B4B4",
        "Bare / sparse vegetation",
        ("bare", "bare or sparse vegetation", "bare and sparse vegetation"),
    ),
    (70, "#F0F0F0", "Snow and ice", ("snow", "snow or ice", "snow ice")),
    (80, "#0064C8", "Permanent water bodies", ("water", "permanent water", "water bodies")),
    (90, "#0096A0", "Herbaceous wetland", ("wetland",)),
    (95, "#00CF75", "Mangroves", ("mangrove",)),
    (100, "#FAE6A0", "Moss and lichen", ()),
)
"""Value, colour and title of each class of ESA WorldCover, and other names that plainly mean it."""

PALETTE: tuple[str, ...] = (
    *("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7"),
    *(
        "#332288",
        "#88CCEE",
        "#44AA99",
        "#117733",
        "#999933",
        "#DDCC77",
        "#CC6677",
        "#882255",
        "#AA4499",
        "#DDDDDD",
    ),
)
"""Okabe and Ito (2008) without black, then Tol's "muted": both chosen for colour-blind readers, the first first."""


def distinct_colors() -> Iterator[str]:
    """Colours (`#RRGGBB`) without end, the most distinct first."""
    yield from PALETTE
    hue, step = 0.0, 0
    while True:
        hue = (hue + 0.618034) % 1.0  # the golden ratio spreads any number of hues evenly
        step += 1
        rgb = colorsys.hls_to_rgb(hue, (0.35, 0.55, 0.75)[step % 3], 0.75 - 0.1 * (step % 4))
        yield "#" + "".join(f"{round(255 * part):02X}" for part in rgb)
