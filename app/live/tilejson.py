"""TileJSON 3.0.0: where tiles are, for MapLibre, Leaflet and QGIS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.live.grid import MAX_ZOOM
from app.live.layers import Layer

if TYPE_CHECKING:
    from app.live.addresses import TileSet
    from app.live.layers import TileFormat


def tilejson(tiles: TileSet, layer: Layer, format_: TileFormat, size: int) -> dict[str, Any]:
    """Bounds, zoom levels, the address of the tiles and, for classes, the legend.

    Args:
        tiles: of what.
        layer: which of its layers.
        format_: of the tiles.
        size: pixels a side.
    """
    grid, version = tiles.grid, tiles.target.version
    west, south, east, north = grid.bounds_lonlat
    if west > east:  # a document for all of it: TileJSON knows no box over the antimeridian
        west, east = -180.0, 180.0
    zoom = min(MAX_ZOOM, grid.maxzoom)
    document: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": f"{tiles.title}: {layer.heading}" if layer is not Layer.CLASSES else tiles.title,
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [tiles.template(layer, format_, size=size)],
        "minzoom": grid.minzoom,
        "maxzoom": zoom,
        "bounds": [west, south, east, north],
        "center": [(west + east) / 2, (south + north) / 2, grid.minzoom],
        "landshot:layers": [each.value for each in tiles.layers],
    }
    if layer is Layer.CLASSES and version is not None:
        document["landshot:legend"] = version.summary.legend.to_json()
    return document
