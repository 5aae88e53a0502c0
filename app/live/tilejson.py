"""TileJSON 3.0.0: where tiles are, for MapLibre, Leaflet and QGIS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from app.live.grid import MAX_ZOOM
from app.live.indices import INDICES
from app.live.layers import Layer

if TYPE_CHECKING:
    from app.live.grid import MapGrid
    from app.live.layers import TileFormat
    from geodata.legend import Legend


class Tiled(Protocol):
    """What there are tiles of."""

    @property
    def grid(self) -> MapGrid:
        """Where it is."""

    @property
    def layers(self) -> tuple[Layer, ...]:
        """What there is to see."""

    @property
    def legend(self) -> Legend | None:
        """Of the classes, where there are some, and it is known."""

    @property
    def title(self) -> str:
        """As people read it."""

    def template(self, layer: Layer, format_: TileFormat, *, size: int) -> str:
        """An address with places for zoom, column and row."""


def tilejson(tiles: Tiled, layer: Layer, format_: TileFormat, size: int) -> dict[str, Any]:
    """Bounds, zoom levels, the address of the tiles, and what their colours mean.

    Args:
        tiles: of what.
        layer: which of its layers.
        format_: of the tiles.
        size: pixels a side.
    """
    grid, legend = tiles.grid, tiles.legend
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
    if layer is Layer.CLASSES and legend is not None:
        document["landshot:legend"] = legend.to_json()
    if layer in INDICES:
        document["landshot:ramp"] = INDICES[layer].ramp
    return document
