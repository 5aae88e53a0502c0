"""Kinds of mapping tasks: which archetypes their classes come from, and how alike the classes are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def _weights(common: str, rare: str = "") -> dict[str, float]:
    return {n.strip(): 1.0 for n in common.split(",")} | {
        n.strip(): 0.35 for n in rare.split(",") if n.strip()
    }


GROUPS: Mapping[str, tuple[str, ...]] = {
    "tree cover": ("broadleaf forest", "needle forest", "open forest", "leafless forest", "orchard"),
    "shrubland": ("shrub", "desert shrub", "heath"),
    "grassland": ("meadow", "rough grass", "dry grass"),
    "cropland": (
        "emerging crop", "growing crop", "full crop", "tall crop", "ripening crop", "stubble", "bare field",
        "dark field", "pale field",
    ),
    "built-up": ("dense town", "suburb", "industry", "road", "village", "greenhouse"),
    "bare": ("sand", "beach", "rock", "quarry", "salt flat"),
    "water": ("clear water", "green water", "turbid water", "muddy water", "dark water"),
    "wetland": ("marsh", "mangrove", "paddy", "mud flat"),
    "snow and ice": ("snow", "ice", "patchy snow"),
    "reef": ("coral", "rubble", "reef rock", "rubble flat"),
    "sea floor plants": ("seagrass", "seaweed", "seagrass flat"),
    "sea floor": ("sand floor", "mud floor", "sand flat"),
}  # fmt: skip
"""The classes that legends are made of, each of several archetypes: who maps forest means all of its kinds."""


@dataclass(frozen=True, slots=True)
class Theme:
    """A kind of mapping task: which archetypes its classes come from, and how its classes relate."""

    chance: float
    archetypes: Mapping[str, float]
    """Name -> weight."""
    twins: float = 0.03
    """Chance that a class has the archetype of another class, with a centre of its own."""
    mixed: float = 0.04
    """Chance that a class is an arbitrary mixture of two to five archetypes."""
    broad: float = 0.0
    """Chance that a class is one of `GROUPS` that shares archetypes with the theme."""
    series: float = 1.0
    """How many times likelier it is where there are several dates: crops are told apart by their calendars."""


_WATER = "clear water, turbid water, green water, dark water, muddy water"
_CROPS = "emerging crop, growing crop, full crop, tall crop, ripening crop, stubble, bare field"
_WILD = "broadleaf forest, needle forest, open forest, shrub, meadow, rough grass, dry grass, marsh"
_BUILT = "dense town, suburb, industry, road"
THEMES: Mapping[str, Theme] = {
    "general": Theme(
        0.62,
        _weights(
            f"clear water, turbid water, {_WILD}, full crop, growing crop, bare field, {_BUILT}",
            f"{_WATER}, {_CROPS}, village, sand, beach, rock, quarry, orchard, burnt, snow, leafless forest, "
            "heath, mangrove, paddy, greenhouse, mud flat",
        ),
        broad=0.9,
    ),
    "crops": Theme(
        0.09,
        _weights(f"{_CROPS}, meadow, wet field", "orchard, rough grass, paddy, greenhouse, dark field"),
        twins=0.2,
        mixed=0.1,
        series=3.0,
    ),
    "crop or not": Theme(
        0.04,
        _weights(f"{_CROPS}, {_WILD}, desert shrub, village", f"{_WATER}, {_BUILT}, rock, sand, orchard"),
        twins=0.1,
        mixed=0.9,
        series=3.0,
    ),
    "coast": Theme(
        0.10,
        _weights(
            "clear water, sand floor, coral, seagrass, seaweed, rubble, mud floor, reef rock, sand flat, "
            "rubble flat, seagrass flat",
            "turbid water, beach, mangrove, mud flat, surf, rock",
        ),
        mixed=0.05,
        broad=0.4,
    ),
    "dry land": Theme(
        0.05,
        _weights(
            "desert shrub, dry grass, sand, rock, salt flat, pale field, bare field, village, shrub, "
            "growing crop",
            "mud flat, muddy water, clear water, burnt, quarry",
        ),
        broad=0.5,
    ),
    "town": Theme(
        0.04,
        _weights(f"{_BUILT}, meadow, broadleaf forest, clear water, bare field", "greenhouse, quarry"),
        broad=0.4,
    ),
    "cold": Theme(
        0.04,
        _weights(
            "snow, ice, patchy snow, rock, needle forest, leafless forest, heath, rough grass, clear water",
            "dark water, meadow",
        ),
        broad=0.5,
    ),
    "woods": Theme(
        0.02,
        _weights(
            "broadleaf forest, needle forest, open forest, leafless forest, shrub, heath, marsh, burnt",
            "meadow, dark water, mangrove",
        ),
        twins=0.12,
    ),
}
"""Themes by name; their chances sum to one."""
