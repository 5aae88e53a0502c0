"""What a user asks for, whichever way it came."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from geodata.grid import BoundingBox
    from geodata.labels import LabelSet
    from geodata.legend import Legend
    from geodata.steps import StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageryRequest:
    """Which part of some imagery is asked for, whatever is to be made of it."""

    bbox: BoundingBox | None = None
    """None: the whole scene; of a catalogue, the surroundings of the labels, which it needs then."""

    start: date | None = None
    """First day of the imagery; for catalogues only, which need it."""

    end: date | None = None
    """Last day, inclusive."""

    steps: StepKind | None = None
    """How the period is cut into the dates that the learner sees; None: as the catalogue's operator chose."""

    neighbourhood: int = 1
    """Side of the square, in pixels, whose mean the learner sees of each pixel; odd."""


@dataclass(frozen=True, slots=True)
class MapRequest(ImageryRequest):
    """A region, and a handful of labelled pixels in it."""

    labels: LabelSet
    _: KW_ONLY
    legend: Legend | None = None
    """None: made from the labels' class names."""
