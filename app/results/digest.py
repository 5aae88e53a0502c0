"""The little that a collection of many maps needs to know of each."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shapely import box
from shapely.geometry import shape

from app.results.periods import Period, period_of

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

    from app.results.boxes import Corners


@dataclass(frozen=True, slots=True)
class Digest:
    """Of one map's Item."""

    bbox: Corners
    """West, south, east, north in degrees; west > east over the antimeridian."""

    outline: BaseGeometry
    """Longitude and latitude."""

    period: Period
    crs: str | None
    """`EPSG:32631`, where it has a code."""

    imagery: str | None

    def touches(self, boxes: tuple[Corners, ...]) -> bool:
        """Whether the map's outline meets one of these boxes."""
        return any(self.outline.intersects(box(*corners)) for corners in boxes)


def digest_of(item: Path) -> Digest:
    """Of a stored Item; read again only when the file has changed."""
    return _digest(str(item), item.stat().st_mtime_ns)


@lru_cache(maxsize=10_000)
def _digest(path: str, _mtime_ns: int) -> Digest:
    item: dict[str, Any] = json.loads(Path(path).read_text("utf-8"))
    properties = item["properties"]
    west, south, east, north = item["bbox"]
    return Digest(
        (west, south, east, north),
        shape(item["geometry"]),
        period_of(properties),
        properties.get("proj:code"),
        properties.get("landshot:imagery"),
    )
