"""Archetypes over a year: what `archetypes` shows on the day of one image, with all that other days bring."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from geodata.simulation.archetypes import ARCHETYPES, Archetype, Part

if TYPE_CHECKING:
    from collections.abc import Mapping

GREEN, RIPE, STRAW = 1, 2, 3
"""Positions of a crop's parts, after the soil under them."""

CROPS = (
    "emerging crop", "growing crop", "full crop", "tall crop", "ripening crop", "stubble", "bare field",
    "wet field", "pale field", "dark field", "paddy",
)  # fmt: skip
"""Archetypes that are one crop or another in the course of a year."""

FALLOW = frozenset({"bare field", "pale field", "dark field"})
"""Those that may also lie bare all year."""

FLOODED = 4
"""Position of the water in a paddy."""

_STRAW = Part("litter", 0.03, 0.5, 0.15, {"brownness": 0.3, "cellulose": 0.8})
_GREEN = {"cab": 0.52, "cw": 0.66, "cm": 0.3, "angle": 0.6, "n": 0.25, "cbrown": 0.03, "ant": 0.1}
_BROWN = {"cab": 0.06, "cw": 0.2, "cm": 0.45, "angle": 0.6, "n": 0.4, "cbrown": 0.45, "ant": 0.1}
_OWN: dict[str, dict[str, float]] = {
    "tall crop": {"cab": 0.6, "cw": 0.72, "angle": 0.45, "n": 0.45},
    "full crop": {"cab": 0.55},
    "emerging crop": {"cab": 0.42, "angle": 0.5},
}


def _crop(name: str) -> Archetype:
    last = Part("mud floor", 0.25, 0.4) if name == "paddy" else Part("soil", 0.03, 0.2, 0.15)
    parts = (
        Part("plant", 0.92, 0.85, 0.18, _GREEN | _OWN.get(name, {}), 0.5),
        Part("plant", 0.02, 0.62, 0.15, _BROWN),
        _STRAW,
        last,
    )
    wetness = {"wet field": 0.55, "paddy": 0.9, "dark field": 0.4, "pale field": 0.1}.get(name, 0.25)
    return Archetype(parts, shade=ARCHETYPES[name].shade, evenness=25, wetness=wetness)


def _with_litter(archetype: Archetype) -> Archetype:
    """Room for what dies: plants without litter of their own get a trace of it."""
    materials = [part.material for part in archetype.parts]
    if "plant" not in materials or "litter" in materials or len(materials) > 5:
        return archetype
    return replace(archetype, parts=(*archetype.parts, _STRAW))


_GRASS = ARCHETYPES["rough grass"].parts[0]
_YEAR_ROUND: Mapping[str, Archetype] = {
    # In summer a wood that was leafless in winter is like any other; its calendar says the rest.
    "leafless forest": ARCHETYPES["broadleaf forest"],
    "dry grass": Archetype((replace(_GRASS, share=0.7), _STRAW, Part("soil", 0.2, 0.05, 0.15)), evenness=12),
}
SERIES_ARCHETYPES: Mapping[str, Archetype] = {
    name: _crop(name) if name in CROPS else _with_litter(_YEAR_ROUND.get(name, archetype))
    for name, archetype in ARCHETYPES.items()
}
"""Archetypes by name, at their greenest."""
