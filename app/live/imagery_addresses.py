"""The addresses of imagery's tiles: they say which imagery, and nothing of them is stored anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from app.keys.signing import with_query
from app.live.layers import Layer, TileFormat

if TYPE_CHECKING:
    from app.live.grid import MapGrid
    from app.live.looks import Look


@dataclass(frozen=True, slots=True)
class ImageryTileSet:
    """All tiles of a region of some imagery."""

    look: Look
    base_url: str
    """Of the server, ending in a slash."""

    legend = None
    """Imagery has no classes."""

    @property
    def grid(self) -> MapGrid:
        """Where it is."""
        return self.look.grid

    @property
    def layers(self) -> tuple[Layer, ...]:
        """What there is to see."""
        return self.look.layers

    @property
    def title(self) -> str:
        """As people read it."""
        return self.look.name

    def template(self, layer: Layer, format_: TileFormat, *, size: int) -> str:
        """An address with places for zoom, column and row.

        Args:
            layer: to show.
            format_: of the tiles.
            size: pixels a side.
        """
        asked = self.look.asked
        box = asked.bbox
        given = {
            "layer": None if layer is Layer.TRUE_COLOR else layer.value,
            "tilesize": None if size == 256 else str(size),
            "bbox": ",".join(map(repr, (box.west, box.south, box.east, box.north))) if box else None,
            "start": asked.start.isoformat() if asked.start else None,
            "end": asked.end.isoformat() if asked.end else None,
            "steps": asked.steps,
        }
        address = f"{self.base_url}imagery/{self.look.name}/tiles/{{z}}/{{x}}/{{y}}.{format_.value}"
        query = urlencode({name: value for name, value in given.items() if value is not None}, safe=",")
        return with_query(address, query)
