"""Where imagery comes from, by the name that users call it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from app.lineage import NO_LINEAGE, Lineage

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import numpy as np
    from numpy.typing import NDArray

    from app.map_plan import MapPlan
    from app.map_request import ImageryRequest
    from app.sources.holding import Holding
    from app.watch import Watch
    from geodata.cube import Cube
    from geodata.grid import BoundingBox, Region, Window
    from geodata.imagery import ImagerySource

T = TypeVar("T")
Asked = TypeVar("Asked", bound="ImageryRequest")


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """Imagery that a request can be mapped from."""

    imagery: ImagerySource

    bbox: BoundingBox | None
    """The part of it to map; None: all."""

    lineage: Lineage = NO_LINEAGE
    """What a map's Item says of what it was made from."""

    notes: tuple[str, ...] = ()
    """What the user should know, in sentences."""

    reading_s: float = 0.0
    """What reading all of it is expected to take where nothing is cached, beyond what files on disk do."""

    count: Callable[[Region, Window, Cube], NDArray[np.uint16]] | None = None
    """How often each pixel (h, w) of a window, whose cube is given, was seen clear; None: nobody knows."""

    ahead: Callable[[Region], AbstractContextManager[None]] | None = None
    """While this lasts, what will be read of a region, row by row, is made ready; None: it is ready."""


class Source(Protocol):
    """One name of the server's settings; many threads may use it."""

    @property
    def name(self) -> str:
        """What users call it."""

    @property
    def band_sets(self) -> tuple[tuple[float, ...], ...]:
        """Band centres (nm) of its imagery; of a catalogue, one tuple for each sensor that its scenes may come from."""

    def check(self, request: ImageryRequest) -> None:
        """Refuse at once what can be refused without looking at any imagery.

        Raises:
            LandshotError: fields that are missing, or that this source has no use for; region or period.
        """

    def pixels(self, request: ImageryRequest) -> int:
        """About how many pixels the map will have, as far as that is known without a search.

        Raises:
            LandshotError: as `check`, and where the region is none of this imagery's.
        """

    def use(self, request: ImageryRequest, watch: Watch, work: Callable[[Opened], T]) -> T:
        """Open the imagery for a request, and do something with it.

        Args:
            request: decides what has to be opened.
            watch: is told about the search, where there is one.
            work: begins again with other imagery where scenes are lost on the way.

        Raises:
            LandshotError: there is no imagery to use, or too much of it cannot be read.
        """

    def settled(self, request: Asked) -> Asked:
        """The same request with its region said, so that other labels do not move it.

        Raises:
            LandshotError: as `check`.
        """

    def hold(self, request: ImageryRequest, watch: Watch) -> Holding:
        """Open the imagery for a request, to be closed by whoever asked.

        Args:
            request: decides what has to be opened; of its labels nothing does, once it is `settled`.
            watch: is told about the search, where there is one.

        Raises:
            LandshotError: there is no imagery to use.
        """

    def plan(self, request: ImageryRequest, *, max_pixels: int) -> MapPlan:
        """What a map would be made from and cost, and all that it would be refused for.

        Without labels, which only a `MapRequest` has, nothing is said of them.

        Raises:
            LandshotError: the request is not one, or the catalogue cannot be asked.
        """

    def described(self) -> dict[str, Any]:
        """For GET /imagery, as JSON values; tells nothing of the server's disk."""
