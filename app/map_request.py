"""What a user asks for, whichever way it came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from geodata.grid import BoundingBox
    from geodata.labels import LabelSet
    from geodata.legend import Legend
    from geodata.steps import StepKind


@dataclass(frozen=True, slots=True)
class MapRequest:
    """A region, and a handful of labelled pixels in it."""

    labels: LabelSet

    bbox: BoundingBox | None = None
    """None: the whole scene; of a catalogue, the surroundings of the labels."""

    legend: Legend | None = None
    """None: made from the labels' class names."""

    start: date | None = None
    """First day of the imagery; for catalogues only, which need it."""

    end: date | None = None
    """Last day, inclusive."""

    steps: StepKind | None = None
    """How the period is cut into the dates that the learner sees; None: as the catalogue's operator chose."""

    neighbourhood: int = 1
    """Side of the square, in pixels, whose mean the learner sees of each pixel; odd."""
