"""One tile, as it is asked for, and its name for caches, which is known before the tile is made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app import __version__

if TYPE_CHECKING:
    from app.live.grid import Tile
    from app.live.layers import Layer, TileFormat
    from app.live.looks import Look
    from app.live.lookup import Target


@dataclass(frozen=True, slots=True)
class Picked:
    """Of a map, or a version of an adaptation."""

    target: Target
    layer: Layer
    tile: Tile
    format: TileFormat

    @property
    def is_from_file(self) -> bool:
        """Whether a finished map shows it."""
        return self.target.has_map and not self.layer.is_imagery

    @property
    def is_settled(self) -> bool:
        """Whether it will never look otherwise: the map's file is there, or the tile shows its very pixels."""
        grid = self.target.grid
        return self.is_from_file or grid is None or self.layer.is_imagery or grid.is_native(self.tile)

    @property
    def etag(self) -> str:
        """A tile of the map's own pixels has the same one live and from the file."""
        grid = self.target.grid
        is_native = grid is not None and grid.is_native(self.tile)
        kind = "pixels" if is_native else "overview" if self.is_from_file else "live"
        return _etag(self.target.map_id, kind, self.layer, self.tile, self.format)


@dataclass(frozen=True, slots=True)
class PickedImagery:
    """Of imagery itself."""

    look: Look
    layer: Layer
    tile: Tile
    format: TileFormat

    @property
    def etag(self) -> str:
        """Another one where the imagery is, or the region, which decides about the stretch."""
        region = self.look.region
        place = (str(region.geobox.crs), *region.geobox.affine[:6], region.shape)
        kind = f"imagery {place!r}"
        return _etag(self.look.fingerprint, kind, self.layer, self.tile, self.format)


def _etag(of: str, kind: str, layer: Layer, tile: Tile, format_: TileFormat) -> str:
    asked = (of, kind, layer, tile.z, tile.x, tile.y, tile.size, format_)
    return f'"{hashlib.sha256(repr((__version__, *asked)).encode()).hexdigest()[:32]}"'
