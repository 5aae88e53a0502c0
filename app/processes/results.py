"""Results of the process: references to a map and to its Item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.links import GEOJSON, GEOTIFF
from app.store import LANDCOVER

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

OUTPUTS: Mapping[str, tuple[str, str]] = {
    "landcover": (GEOTIFF, "The land-cover map"),
    "item": (GEOJSON, "The map as a STAC Item: legend, areas, and all other files"),
}
"""Name -> media type and title."""


def results_document(
    map_id: str, base_url: str, names: Collection[str] = tuple(OUTPUTS), *, adaptation_id: str | None = None
) -> dict[str, Any]:
    """The results as a document.

    Args:
        map_id: the map.
        base_url: of the server, ending in a slash.
        names: of the outputs that are wanted.
        adaptation_id: what the map is predicted by, where that is kept.
    """
    document = {name: reference(name, map_id, base_url) for name in OUTPUTS if name in names}
    if adaptation_id:
        document["adaptation"] = {
            "href": f"{base_url}adaptations/{adaptation_id}",
            "type": "application/json",
            "title": "The adaptation that the map is predicted by",
        }
    return document


def reference(name: str, map_id: str, base_url: str) -> dict[str, str]:
    """Where an output is."""
    media_type, title = OUTPUTS[name]
    here = f"{base_url}maps/{map_id}"
    return {
        "href": f"{here}/{LANDCOVER}" if name == "landcover" else here,
        "type": media_type,
        "title": title,
    }
