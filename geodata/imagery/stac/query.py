"""What is asked of a catalogue for one map."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from geodata.imagery.tile_cache import content_key
from geodata.steps import steps_of

if TYPE_CHECKING:
    from geodata.grid import BoundingBox
    from geodata.imagery.stac.catalogue import Catalogue
    from geodata.imagery.stac.period import Period
    from geodata.steps import Step, StepKind

_FORMAT = "1"  # of what is kept under the key


@dataclass(frozen=True, slots=True)
class SceneQuery:
    """A box and a period of one catalogue, and how they become a cube."""

    catalogue: Catalogue
    bbox: BoundingBox
    period: Period

    steps: StepKind | None = None
    """None: the catalogue's own."""

    resolution_m: float | None = None
    """Pixel size of the map; None: the catalogue's own."""

    def __post_init__(self) -> None:
        _ = self.cut  # refuses unknown steps

    @property
    def cut(self) -> tuple[Step, ...]:
        """The dates of the cube, before any is left out for want of imagery."""
        return steps_of(self.period, self.steps or self.catalogue.steps)

    @property
    def pixel_m(self) -> float:
        """Pixel size of the map in metres."""
        return self.resolution_m or self.catalogue.resolution_m

    @property
    def key(self) -> str:
        """Of everything that a survey depends on; steps do not matter, nor what the source is called."""
        settings = asdict(replace(self.catalogue, name="", steps="all", timeout_s=1.0))
        return content_key(
            {
                "format": _FORMAT,
                "catalogue": settings,
                "bbox": asdict(self.bbox),
                "period": [self.period.start.isoformat(), self.period.end.isoformat()],
                "pixel_m": self.pixel_m,
            }
        )
