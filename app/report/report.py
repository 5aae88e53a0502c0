"""All that a report says of a map, and the page that says it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.report import numbers
from app.report.confidence import confidence_figures
from app.report.ground import Ground
from app.report.labels import PICTURE_WIDTH
from app.report.lineage import MOST_SCENES, MapLineage
from app.report.pictures import confidence_ramp, draw_classes, draw_confidence
from app.results.areas import area_table
from app.results.classes import mapped_classes
from app.store import CONFIDENCE, ITEM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import Template

    from app.report.confidence import ConfidenceFigures
    from app.report.labels import LabelFacts, Mark
    from app.report.pictures import Drawing

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
"""Content-Security-Policy of the page, also where it is opened from a disk: nothing is loaded, nothing runs."""

MOST_MATRIX: Final = 30
"""Classes up to which the confusion matrix is printed: more columns fit on no paper."""

_LARGE_M2: Final = 1e7
"""From here on areas are told in square kilometres."""


@dataclass(frozen=True, slots=True)
class MapFacts:
    """What the files of a map say."""

    lineage: MapLineage
    made: float
    """Seconds since 1970."""

    areas: Mapping[str, Any]
    """See `app.results.areas.area_table`."""

    confidence: ConfidenceFigures
    ground: Ground
    classes_drawing: Drawing
    confidence_drawing: Drawing

    @classmethod
    def of(cls, item: Mapping[str, Any], landcover: Path) -> Self:
        """Read a finished map; every pixel is looked at.

        Args:
            item: its STAC Item.
            landcover: the map, its other files beside it.
        """
        mapped, confidence = mapped_classes(landcover), landcover.with_name(CONFIDENCE)
        return cls(
            lineage=MapLineage(item),
            made=landcover.with_name(ITEM).stat().st_mtime,
            areas=area_table(str(item["id"]), mapped),
            confidence=confidence_figures(landcover, confidence),
            ground=Ground.of(mapped.geobox),
            classes_drawing=draw_classes(landcover, mapped.legend),
            confidence_drawing=draw_confidence(confidence),
        )

    @property
    def in_words(self) -> str:
        """The largest classes and their shares, for those who do not see the picture."""
        classes = sorted(self.areas["classes"], key=lambda entry: -entry["share"])
        named = [
            f"{entry['title']} {numbers.percent(entry['share'])}" for entry in classes[:5] if entry["pixels"]
        ]
        more = len([entry for entry in classes if entry["pixels"]]) - len(named)
        return ", ".join(named) + (f" and {more} other classes" if more > 0 else "")


@dataclass(frozen=True, slots=True)
class Missing:
    """A part that a report does without."""

    why: str
    """As the end of a sentence; empty where it goes without saying."""


@dataclass(frozen=True, slots=True)
class Report:
    """A map, and what an adaptation knows of it where there is one."""

    map: MapFacts
    base_url: str
    """Of the server, ending in a slash."""

    labels: LabelFacts | None = None
    imagery: Drawing | Missing = Missing("")
    validation: Mapping[str, Any] | Missing = Missing("")
    """`Validation.to_json()`"""

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The labels in the pictures."""
        return self.labels.marks(self.map.ground) if self.labels else ()

    def html(self) -> bytes:
        """One page that needs nothing else, UTF-8; whatever users wrote is escaped."""
        ground, imagery, validation = self.map.ground, self.imagery, self.validation
        page = _template().render(
            report=self,
            map=self.map,
            lineage=self.map.lineage,
            ground=ground,
            large=self.map.areas["total"]["area_m2"] >= _LARGE_M2,
            picture_width=PICTURE_WIDTH,
            picture_height=PICTURE_WIDTH / ground.aspect,
            ramp=confidence_ramp(),
            most_scenes=MOST_SCENES,
            most_matrix=MOST_MATRIX,
            imagery=None if isinstance(imagery, Missing) else imagery,
            no_imagery=imagery.why if isinstance(imagery, Missing) else "",
            validation=None if isinstance(validation, Missing) else validation,
            no_validation=validation.why if isinstance(validation, Missing) else "",
            policy=POLICY,
        )
        return page.encode()


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in ("number", "percent", "square", "distance", "longitude", "latitude", "moment"):
        environment.filters[name] = getattr(numbers, name)
    return environment.get_template("report.html")
