"""What a map would be made from, what it would cost, and what it would be refused for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geodata.areas import row_areas_m2
from geodata.grid import lonlat_bounds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from geodata.errors import LandshotError
    from geodata.grid import Region

STARTING_S = 1.5
"""Loading, adapting, and other seconds that every map takes."""

WRITTEN_A_SECOND = 20e6
"""Pixels."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a map whose imagery is not cached."""

    tiles: int
    """Read and composited: places times dates."""

    reads: int
    """Of a band of a scene, or its mask, for a tile."""

    read_bytes: int

    reading_s: float
    """What of the time goes into reading; predicting goes on meanwhile."""

    seconds: float
    """For the whole map."""


@dataclass(frozen=True, slots=True)
class MapPlan:
    """The answer to a request that is only to be planned."""

    imagery: str
    """The source."""

    refusals: tuple[LandshotError, ...]
    """All that stands in the way; empty where the map can be made."""

    notes: tuple[str, ...] = ()
    """What else the user should know, in sentences."""

    region: Region | None = None
    """What would be mapped; None where it could not be found out."""

    labelled_pixels: Mapping[str, int] | None = None
    """Class name -> pixels that the labels name; None where there are no labels, or where they cannot be used."""

    scenes: Mapping[str, Any] | None = None
    """`found`, `used`, `left_out`, `steps` and `steps_without_imagery`, as JSON values; None for files."""

    cost: Cost | None = None

    @property
    def feasible(self) -> bool:
        """Whether the map can be made, as far as can be told."""
        return not self.refusals

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        cost = self.cost
        return {
            "imagery": self.imagery,
            "feasible": self.feasible,
            "refusals": [_refusal(error) for error in self.refusals],
            "notes": list(self.notes),
            "region": None if self.region is None else _region(self.region),
            "labelled_pixels": None if self.labelled_pixels is None else dict(self.labelled_pixels),
            "scenes": None if self.scenes is None else dict(self.scenes),
            "cost": None
            if cost is None
            else {
                "tiles": cost.tiles,
                "reads": cost.reads,
                "bytes": cost.read_bytes,
                "reading_seconds": round(cost.reading_s, 1),
                "seconds": round(cost.seconds, 1),
            },
        }


def _refusal(error: LandshotError) -> dict[str, Any]:
    """Like a problem document (RFC 9457), but of something that has not happened."""
    told: dict[str, Any] = {
        "type": f"/problems/{error.code}",
        "title": error.title,
        "detail": error.detail,
    }
    if error.faults:
        told["errors"] = [{"where": fault.where, "reason": fault.reason} for fault in error.faults]
    return told


def _region(region: Region) -> dict[str, Any]:
    height, width = region.shape
    resolution = region.geobox.resolution
    area_m2 = float(row_areas_m2(region.geobox).sum()) * width
    return {
        "bbox": [round(value, 6) for value in lonlat_bounds(region.geobox)],
        "area_km2": round(area_m2 / 1e6, 3),
        "crs": str(region.geobox.crs),
        "resolution": [abs(resolution.x), abs(resolution.y)],
        "height": height,
        "width": width,
        "pixels": height * width,
        "covered": round(region.covered, 6),
    }
