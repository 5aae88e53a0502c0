"""One image, on disk or simulated: what it shows is fixed, a request only says which part to map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import numpy as np

from app.errors import InvalidRequestError
from app.limits import refuse_too_many_pixels
from app.lineage import Lineage
from app.map_plan import STARTING_S, WRITTEN_A_SECOND, Cost, MapPlan
from app.map_request import MapRequest
from app.samples import pixels_of_classes, read_labelled
from app.sources import Opened
from app.sources.holding import Holding
from app.watch import predicting_s
from geodata.errors import Fault, LabelsError, LandshotError
from geodata.grid import region_on_grid
from geodata.imagery.neighbours import with_neighbours
from geodata.legend import Legend

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from app.map_request import ImageryRequest
    from app.sources import Asked
    from app.watch import Watch
    from geodata.cube import Cube
    from geodata.grid import Region, Window
    from geodata.imagery import ImagerySource

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class ImageSource:
    """One image by its name; it stays open."""

    name: str
    kind: Literal["file", "simulated"]
    imagery: ImagerySource

    is_example: bool = False
    """Whether it was put there to try the server out, and is nobody's choice."""

    @property
    def band_sets(self) -> tuple[tuple[float, ...], ...]:
        """One: it is open, and its bands are known."""
        return (tuple(band.wavelength_nm for band in self.imagery.bands),)

    def check(self, request: ImageryRequest) -> None:
        """Refuse a period: the image has the dates that it has.

        Raises:
            InvalidRequestError: names each field that is too much.
        """
        given = [field for field in ("start", "end", "steps") if getattr(request, field) is not None]
        if given:
            reason = (
                f"{self.name} is one image, not a catalogue of many dates; leave start, end and steps out"
            )
            raise InvalidRequestError(f"{given[0]}: {reason}", tuple(Fault(field, reason) for field in given))

    def pixels(self, request: ImageryRequest) -> int:
        """Height times width of the region.

        Raises:
            InvalidRequestError: as `check`.
            OutsideImageryError, RegionError: no part of the image lies in the box.
        """
        self.check(request)
        height, width = region_on_grid(request.bbox, self.imagery.geobox).shape
        return height * width

    def use(self, request: ImageryRequest, watch: Watch, work: Callable[[Opened], T]) -> T:
        """There is nothing to search."""
        return self.hold(request, watch).work(work)

    def settled(self, request: Asked) -> Asked:
        """Without a box it is all of the image, whatever the labels."""
        return request

    def hold(self, request: ImageryRequest, watch: Watch) -> Holding:
        """It is open."""
        del watch

        def opened(imagery: ImagerySource) -> Opened:
            seen = with_neighbours(imagery, request.neighbourhood)
            if self.kind == "file":
                return Opened(seen, request.bbox)
            lineage = Lineage({"landshot:simulated": True})
            return Opened(seen, request.bbox, lineage, count=_clear_dates)

        return Holding(self.imagery, opened)

    def plan(self, request: ImageryRequest, *, max_pixels: int) -> MapPlan:
        """Region, labels, and time; the pixels of labels, where there are some, are read."""
        self.check(request)
        imagery = self.imagery
        try:
            region = region_on_grid(request.bbox, imagery.geobox)
        except LandshotError as refusal:
            return MapPlan(self.name, (refusal,))
        refusals: list[LandshotError] = []
        counts = None
        try:
            refuse_too_many_pixels(region, max_pixels)
        except LandshotError as refusal:
            refusals.append(refusal)
        if isinstance(request, MapRequest):
            try:
                counts = _labelled(request, imagery, region)
            except LabelsError as refusal:
                refusals.append(refusal)
        height, width = region.shape
        pixels = height * width
        seconds = STARTING_S + predicting_s(pixels, len(imagery.day_of_year)) + pixels / WRITTEN_A_SECOND
        notes: tuple[str, ...] = ()
        if region.covered < 1:
            notes = (f"The imagery covers {100 * region.covered:.1f} % of the region.",)
        cost = Cost(tiles=0, reads=0, read_bytes=0, reading_s=0.0, seconds=seconds)
        return MapPlan(self.name, tuple(refusals), notes, region, counts, None, cost)

    def described(self) -> dict[str, Any]:
        """Name, bands, bounds and date."""
        imagery = self.imagery
        height, width = imagery.geobox.shape
        resolution = imagery.geobox.resolution
        return {
            "name": self.name,
            "kind": self.kind,
            "sensor": imagery.sensor,
            "date": imagery.date.isoformat() if imagery.date else None,
            "dates": len(imagery.day_of_year),
            "bands": [
                {"name": band.name, "common_name": band.common_name, "wavelength_nm": band.wavelength_nm}
                for band in imagery.bands
            ],
            "bbox": list(imagery.bounds_lonlat),
            "crs": str(imagery.geobox.crs),
            "height": height,
            "width": width,
            "resolution": [abs(resolution.x), abs(resolution.y)],
            "scaling": imagery.scaling,
            **({"example": True} if self.is_example else {}),
        }


def _clear_dates(region: Region, window: Window, cube: Cube) -> NDArray[np.uint16]:
    """On how many dates each pixel (h, w) is clear, where each date is one observation."""
    del region, window
    return np.asarray(np.isfinite(cube.reflectance).all(axis=1).sum(axis=0), dtype=np.uint16)


def _labelled(request: MapRequest, imagery: ImagerySource, region: Region) -> dict[str, int]:
    """Class name -> pixels.

    Raises:
        LabelsError: labels that a map would be refused for.
    """
    legend = request.legend or Legend.from_names(request.labels.class_names)
    return pixels_of_classes(legend, read_labelled(request.labels, legend, imagery, region).class_index)
