"""The vocabulary of refusals: every error that a user can cause, or has to act on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Fault:
    """One offending part of a request."""

    where: str
    """What is meant, as the user wrote it: `labels[3]`, `bbox`, `legend[1].value`, a file's line."""

    reason: str
    """What is wrong, and what would do."""


class LandshotError(Exception):
    """Anything that Landshot refuses or cannot do, in words that say what to do next.

    Attributes:
        detail: one sentence or two, for people.
        faults: each offending part, where there is more to say than `detail` does.
    """

    code = "landshot-error"
    """Machine-readable name; also the last part of the problem type's URI."""

    uri: str | None = None
    """Of a kind of problem that a standard names: its URI there."""

    title = "Landshot could not do this"
    """What kind of problem it is; the same for every occurrence."""

    users_to_mend = True
    """Whether another input would do; otherwise it is the machine's fault, or its operator's to mend."""

    def __init__(self, detail: str, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.faults = faults

    def __str__(self) -> str:
        return "\n".join([self.detail, *(f"  {f.where}: {f.reason}" for f in self.faults)])


class RegionError(LandshotError):
    """A bounding box that is no box on Earth."""

    code = "invalid-region"
    title = "The region is not valid"


class OutsideImageryError(LandshotError):
    """A region with no pixel of the imagery in it."""

    code = "outside-imagery"
    title = "The region lies outside the imagery"


class LabelsError(LandshotError):
    """Labels that cannot be used; `faults` names each one by its index."""

    code = "invalid-labels"
    title = "The labels cannot be used"


class LegendError(LandshotError):
    """Classes that contradict each other."""

    code = "invalid-legend"
    title = "The legend is not valid"


class BandsError(LandshotError):
    """Imagery whose bands are not known, or not enough."""

    code = "unknown-bands"
    title = "The imagery's bands are not known"


class ReflectanceError(LandshotError):
    """Values that cannot be reflectance after scale and offset."""

    code = "not-reflectance"
    title = "The imagery's values cannot be reflectance"


class ImageryError(LandshotError):
    """Imagery that cannot be opened or read."""

    code = "unreadable-imagery"
    title = "The imagery cannot be read"


class NoClearImageryError(LandshotError):
    """No pixel of the region has a valid observation."""

    code = "no-clear-imagery"
    title = "No valid observation in the region"


class PeriodError(LandshotError):
    """A period that runs backwards, or lies in the future."""

    code = "invalid-period"
    title = "The period is not valid"


class NoScenesError(LandshotError):
    """No usable scene touches the box in the period."""

    code = "no-scenes"
    title = "No imagery of this area in this period"


class CatalogueError(LandshotError):
    """A catalogue that is set up wrongly, cannot be reached, or answers what cannot be understood."""

    code = "unusable-catalogue"
    title = "The catalogue of imagery cannot be used"
    users_to_mend = False


class ImageryFailedError(LandshotError):
    """More scenes than the source allows could not be read; `faults` names each one."""

    code = "imagery-failed"
    title = "Too much of the imagery cannot be read"
    users_to_mend = False


class ImageryChangedError(LandshotError):
    """A scene turned out to be unreadable after a part of the region had been read with it.

    A map must not be made with it here and without it there, so whoever makes one begins again with
    `remaining`, which has all scenes but those; `geodata.imagery.settling` does that.

    Attributes:
        remaining: the same imagery (an `ImagerySource`) without the scenes that were lost.
    """

    code = "imagery-changed"
    title = "A scene was lost on the way"
    users_to_mend = False

    def __init__(
        self,
        detail: str,
        remaining: Any,  # noqa: ANN401 - the learner knows these errors, and must not know imagery
        faults: tuple[Fault, ...] = (),
    ) -> None:
        super().__init__(detail, faults)
        self.remaining = remaining


class OutputError(LandshotError):
    """A result that cannot be written: read-only folder, full disk."""

    code = "cannot-write"
    title = "The result cannot be written"
    users_to_mend = False


class ModelError(LandshotError):
    """Weights that are missing, altered or of another format."""

    code = "unusable-model"
    title = "The model cannot be used"
    users_to_mend = False


class NotFoundError(LandshotError):
    """A name or identifier that the server does not have."""

    code = "not-found"
    title = "There is no such thing here"
