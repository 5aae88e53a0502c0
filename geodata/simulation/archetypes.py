"""What land looks like from above: archetypes of land cover as mixtures of materials."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from geodata.simulation.materials import MATERIALS

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Part:
    """One material of a land cover."""

    material: str
    share: float
    """Mean share of the area, relative to the other parts."""
    rung: float
    """Where on the material's ladder, 0..1: leaf area, moisture, depth, brightness, grain size."""
    spread: float = 0.13
    """Standard deviation of the rung from field to field."""
    composition: Mapping[str, float] = field(default_factory=dict)
    """Parameters in 0..1 by which the kinds are chosen; what is left out comes from the region."""
    season: float = 0.0
    """How far the plant follows the region's dry or cold season, 0 (evergreen) to 1."""

    def __post_init__(self) -> None:
        if self.material not in MATERIALS:
            raise ValueError(f"no material is called {self.material!r}; there are {', '.join(MATERIALS)}")
        if self.share <= 0 or not 0 <= self.rung <= 1:
            raise ValueError(
                f"{self.material}: share {self.share} must be positive, rung {self.rung} within 0..1"
            )


@dataclass(frozen=True, slots=True)
class Archetype:
    """A land cover before a region gives it its own centre."""

    parts: tuple[Part, ...]
    shade: float = 0.0
    """Mean share of the pixel in the shadow of its own trees or walls."""
    texture: float = 0.03
    """Standard deviation of the log brightness from pixel to pixel."""
    evenness: float = 30.0
    """Concentration of the parts' shares: 30 is the same mixture everywhere, 1 is one material at a time."""
    wetness: float = 0.25
    """Rung of the soil under the plants."""


def _plant(
    share: float, rung: float, *, season: float = 0.5, spread: float = 0.18, **composition: float
) -> Part:
    return Part("plant", share, rung, spread, {"cbrown": 0.03, "ant": 0.1} | composition, season)


def _grass(share: float, rung: float, **more: float) -> Part:
    return _plant(
        share, rung, season=1.0, **({"cab": 0.42, "cw": 0.66, "cm": 0.3, "angle": 0.6, "n": 0.25} | more)
    )


def _tree(share: float, rung: float, **more: float) -> Part:
    return _plant(
        share, rung, season=0.4, **({"cab": 0.48, "cw": 0.68, "cm": 0.5, "angle": 0.35, "n": 0.4} | more)
    )


def _needle(share: float, rung: float) -> Part:
    return _plant(share, rung, season=0.05, cab=0.55, cw=0.78, cm=0.85, angle=0.5, n=0.35, hotspot=0.8)


def _straw(share: float, rung: float = 0.5) -> Part:
    return Part("litter", share, rung, 0.15, {"brownness": 0.3, "cellulose": 0.8})


def _leaves(share: float, rung: float = 0.3) -> Part:
    return Part("litter", share, rung, 0.12, {"brownness": 0.8, "cellulose": 0.4})


def _soil(share: float, moisture: float = 0.2, **composition: float) -> Part:
    return Part("soil", share, moisture, 0.15, composition)


def _water(share: float = 1.0, spread: float = 0.15, **composition: float) -> Part:
    return Part("water", share, 0.5, spread, composition)


def _floor(kind: str, depth: float, share: float = 1.0, spread: float = 0.12) -> Part:
    return Part(f"{kind} floor", share, depth, spread, {"chlorophyll": 0.2, "sediment": 0.15, "cdom": 0.25})


_FOAM = Part("foam", 0.05, 0.4)

ARCHETYPES: Mapping[str, Archetype] = {
    "clear water": Archetype((_water(chlorophyll=0.15, sediment=0.1, cdom=0.2),), texture=0.02),
    "green water": Archetype((_water(chlorophyll=0.8, sediment=0.35, cdom=0.5), _grass(0.04, 0.6)),
        evenness=15),
    "turbid water": Archetype((_water(chlorophyll=0.4, sediment=0.55, cdom=0.4),), texture=0.02),
    "muddy water": Archetype((_water(chlorophyll=0.4, sediment=0.82, cdom=0.5, iron=0.6),)),
    "dark water": Archetype((_water(chlorophyll=0.4, sediment=0.2, cdom=0.85),)),
    "sand floor": Archetype((_floor("sand", 0.35), _FOAM), evenness=20),
    "coral": Archetype((_floor("coral", 0.35, 0.65), _floor("rubble", 0.35, 0.2), _floor("sand", 0.35,
        0.1), _FOAM), evenness=6),
    "seagrass": Archetype((_floor("seagrass", 0.3, 0.7), _floor("sand", 0.3, 0.3)), evenness=5),
    "seaweed": Archetype((_floor("algae", 0.3, 0.6), _floor("rubble", 0.3, 0.22), _floor("sand", 0.3,
        0.13), _FOAM), evenness=5),
    "rubble": Archetype((_floor("rubble", 0.25, 0.65), _floor("sand", 0.3, 0.2), _floor("algae", 0.3, 0.1),
        _FOAM), evenness=5),
    "mud floor": Archetype((_floor("mud", 0.25), _water(0.3, sediment=0.6)), evenness=6),
    "reef rock": Archetype((_floor("rock", 0.12), Part("rock", 0.35, 0.3), _floor("algae", 0.2, 0.2),
        _FOAM), evenness=4),
    "sand flat": Archetype((_floor("sand", 0.15, 0.6), Part("sand", 0.35, 0.75, 0.2), _FOAM), evenness=5),
    "rubble flat": Archetype((_floor("rubble", 0.12, 0.6), Part("rock", 0.25, 0.5), Part("sand", 0.15,
        0.7), _FOAM), evenness=5),
    "seagrass flat": Archetype((_floor("seagrass", 0.12, 0.6), _grass(0.2, 0.5), _soil(0.2, 0.95)),
        evenness=4, wetness=1.0),
    "surf": Archetype((Part("foam", 0.4, 0.5, 0.2), _floor("rock", 0.3, 0.3), _water(0.3, chlorophyll=0.2,
        sediment=0.2)), evenness=5),
    "broadleaf forest": Archetype((_tree(0.9, 0.92), _leaves(0.1)), shade=0.16, texture=0.10),
    "needle forest": Archetype((_needle(0.85, 0.88), _leaves(0.15)), shade=0.36, texture=0.12),
    "open forest": Archetype((_tree(0.6, 0.75), _leaves(0.15), _grass(0.15, 0.4), _soil(0.1)), shade=0.18,
        texture=0.10, evenness=12),
    "leafless forest": Archetype((_leaves(0.6, 0.2), _tree(0.2, 0.3), _soil(0.2, 0.5)), shade=0.3,
        texture=0.10),
    "shrub": Archetype((_tree(0.5, 0.55, cab=0.38, cm=0.7), _soil(0.3), _straw(0.2, 0.3)), shade=0.10,
        texture=0.08, evenness=12),
    "desert shrub": Archetype((_soil(0.65, 0.05), _tree(0.2, 0.4, cab=0.3, cm=0.75, cbrown=0.15),
        _straw(0.15, 0.3)), shade=0.05, evenness=15),
    "heath": Archetype((_plant(0.6, 0.65, cab=0.35, ant=0.6, cbrown=0.25, cm=0.7, cw=0.55), _leaves(0.25),
        _grass(0.15, 0.5)), shade=0.08),
    "meadow": Archetype((_grass(1.0, 0.82),), wetness=0.4),
    "rough grass": Archetype((_grass(0.65, 0.62, cab=0.33, cbrown=0.12), _straw(0.3, 0.4), _soil(0.05)),
        evenness=12),
    "dry grass": Archetype((_straw(0.55, 0.45), _plant(0.25, 0.5, cab=0.05, cbrown=0.6, cw=0.15, cm=0.6),
        _soil(0.2, 0.05)), evenness=12),
    "emerging crop": Archetype((_grass(0.8, 0.28, cab=0.42), _soil(0.2)), evenness=20),
    "growing crop": Archetype((_grass(0.95, 0.58, cab=0.5), _soil(0.05)), wetness=0.35),
    "full crop": Archetype((_grass(1.0, 0.9, cab=0.55),), wetness=0.4),
    "tall crop": Archetype((_grass(1.0, 0.88, cab=0.6, cw=0.72, angle=0.45, n=0.45),), shade=0.06),
    "ripening crop": Archetype((_plant(0.75, 0.68, cab=0.14, cbrown=0.3, cw=0.4, cm=0.4, angle=0.6),
        _straw(0.25, 0.5))),
    "stubble": Archetype((_straw(0.6, 0.55), _soil(0.4), _grass(0.06, 0.3)), evenness=10),
    "bare field": Archetype((_soil(1.0, 0.2), _straw(0.08)), evenness=25),
    "wet field": Archetype((_soil(1.0, 0.7), _straw(0.1)), evenness=20),
    "pale field": Archetype((_soil(1.0, 0.05, brightness=0.75, organic=0.15),)),
    "dark field": Archetype((_soil(1.0, 0.4, brightness=0.25, organic=0.75),)),
    "orchard": Archetype((_tree(0.4, 0.78), _soil(0.35), _grass(0.25, 0.4)), shade=0.12, texture=0.07,
        evenness=12),
    "marsh": Archetype((_grass(0.5, 0.65, cab=0.38), _floor("mud", 0.2, 0.3), _leaves(0.2, 0.3)),
        shade=0.05, evenness=5, wetness=0.95),
    "paddy": Archetype((_grass(0.6, 0.5, cab=0.45), _floor("mud", 0.2, 0.4)), evenness=6, wetness=1.0),
    "mangrove": Archetype((_tree(0.75, 0.85, cab=0.6, cw=0.8), _floor("mud", 0.2, 0.25)), shade=0.22,
        texture=0.08, wetness=1.0),
    "dense town": Archetype((
        Part("asphalt", 0.25, 0.5), Part("concrete", 0.25, 0.35), Part("tile", 0.2, 0.5), Part("slate",
            0.12, 0.5),
        Part("metal", 0.06, 0.5), _tree(0.12, 0.6)), shade=0.14, texture=0.14, evenness=3.5),
    "suburb": Archetype((
        Part("asphalt", 0.16, 0.5), Part("tile", 0.14, 0.5), Part("slate", 0.1, 0.5), Part("concrete",
            0.12, 0.4),
        _grass(0.24, 0.65), _tree(0.24, 0.8)), shade=0.10, texture=0.12, evenness=4.5),
    "industry": Archetype((
        Part("white", 0.22, 0.45, 0.2), Part("metal", 0.26, 0.5, 0.2), Part("concrete", 0.26, 0.5),
            Part("asphalt", 0.22, 0.5),
        Part("colour", 0.05, 0.5)), shade=0.06, texture=0.18, evenness=1.4),
    "road": Archetype((Part("asphalt", 0.78, 0.5), _soil(0.1), _grass(0.12, 0.5)), texture=0.06, evenness=8),
    "village": Archetype((_soil(0.5, 0.05), Part("metal", 0.14, 0.45), Part("concrete", 0.16, 0.4),
        _tree(0.2, 0.6)), shade=0.05, texture=0.10, evenness=4),
    "greenhouse": Archetype((Part("white", 0.55, 0.35), _grass(0.25, 0.6), Part("metal", 0.2, 0.5)),
        texture=0.12, evenness=5),
    "sand": Archetype((Part("sand", 1.0, 0.1, 0.1),)),
    "beach": Archetype((Part("sand", 1.0, 0.45, 0.25),), texture=0.05),
    "rock": Archetype((Part("rock", 0.85, 0.5, 0.2), _soil(0.15)), shade=0.10, texture=0.12, evenness=8),
    "quarry": Archetype((Part("rock", 0.5, 0.75), Part("sand", 0.5, 0.15)), shade=0.05, texture=0.12,
        evenness=4),
    "mud flat": Archetype((_soil(0.7, 0.9), _floor("mud", 0.1, 0.3), Part("salt", 0.06, 0.5)), evenness=6),
    "salt flat": Archetype((Part("salt", 0.9, 0.25, 0.2), _soil(0.1, 0.5)), evenness=10),
    "snow": Archetype((Part("snow", 1.0, 0.4, 0.15),), texture=0.05),
    "ice": Archetype((Part("snow", 0.85, 0.9, 0.1, {"dirt": 0.5}), Part("rock", 0.15, 0.3)), texture=0.10,
        evenness=8),
    "patchy snow": Archetype((Part("snow", 0.5, 0.5, 0.15), Part("rock", 0.2, 0.3), _straw(0.15, 0.3),
        _needle(0.2, 0.7)), shade=0.1, evenness=3),
    "burnt": Archetype((Part("burnt", 0.7, 0.25, 0.15), _soil(0.2), _tree(0.1, 0.4)), texture=0.08,
        evenness=8),
}  # fmt: skip
"""Archetypes by name."""
