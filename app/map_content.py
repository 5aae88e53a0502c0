"""All that a map depends on; its hash is the map's name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import shapely

from app import __version__
from app.store import map_id
from geodata.labels import as_array

if TYPE_CHECKING:
    from app.map_request import MapRequest
    from geodata.imagery import ImagerySource


def map_id_of(request: MapRequest, imagery: ImagerySource, model_sha256: str) -> str:
    """The name of the map that a request makes of some imagery; tiles do not change it, nor the order of labels."""
    outlines = shapely.to_wkb(as_array(request.labels.labels), hex=True)
    labels = sorted(zip((label.class_name for label in request.labels.labels), outlines, strict=True))
    box = request.bbox
    content: dict[str, Any] = {
        "release": __version__,
        "model": model_sha256,
        "imagery": [imagery.name, imagery.fingerprint],
        "bbox": [box.west, box.south, box.east, box.north] if box else None,
        "labels": labels,
        "legend": request.legend.to_json() if request.legend else None,
    }
    if request.start and request.end:  # the Item tells the period, also where another has the same scenes
        content["period"] = [request.start.isoformat(), request.end.isoformat()]
    return map_id(content)
