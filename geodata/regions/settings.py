"""What regions are built from, and how."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from geodata.regions.errors import TrainingRegionsError
from geodata.steps import steps_of

if TYPE_CHECKING:
    from geodata.imagery.stac.catalogue import Catalogue
    from geodata.imagery.stac.period import Period
    from geodata.regions.drawing import DrawSettings
    from geodata.steps import Step, StepKind


@dataclass(frozen=True, slots=True)
class RegionSettings:
    """All that the result depends on; catalogues by what they are called, not by where they are today."""

    drawn: DrawSettings
    imagery: Catalogue
    labels: Catalogue
    """Of WorldCover."""

    period: Period
    steps: StepKind = "season"

    days_per_step: int = 3
    """Best days that are composited for each step."""

    pixels: int = 2000
    """Of a region, all classes together; a few more where rare classes need them."""

    def __post_init__(self) -> None:
        _ = self.cut  # refuses unknown steps
        for name, value, least, most in (
            ("days-per-step", self.days_per_step, 1, 100),
            ("pixels", self.pixels, 100, 100_000),
        ):
            if not least <= value <= most:
                raise TrainingRegionsError(f"{name} is {value}; give {least} to {most}")

    @property
    def cut(self) -> tuple[Step, ...]:
        """The dates of a region, where there is imagery for all of them."""
        return steps_of(self.period, self.steps)

    @property
    def catalogue(self) -> Catalogue:
        """Of the imagery, with so many days a step."""
        return replace(self.imagery, scenes_per_step=self.days_per_step)

    def to_json(self) -> dict[str, Any]:
        """As JSON values, to compare with those of a folder, and for people."""
        return {
            "count": self.drawn.count,
            "seed": self.drawn.seed,
            "size-km": self.drawn.size_km,
            "source": self.imagery.name,
            "worldcover": self.labels.name,
            "start": self.period.start.isoformat(),
            "end": self.period.end.isoformat(),
            "steps": self.steps,
            "days-per-step": self.days_per_step,
            "pixels": self.pixels,
            "bands": list(self.imagery.bands),
            "resolution_m": self.imagery.resolution_m,
        }
