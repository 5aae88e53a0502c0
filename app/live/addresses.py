"""The addresses of tiles, as documents hand them out: with the version in them, so that they can be cached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

from app.keys.signing import carried, with_query
from app.live.bands import imagery_layers
from app.live.layers import Layer, TileFormat

if TYPE_CHECKING:
    from starlette.requests import Request

    from app.live.grid import MapGrid
    from app.live.lookup import Target
    from geodata.legend import Legend


@dataclass(frozen=True, slots=True)
class TileSet:
    """All tiles of one map or version of an adaptation."""

    target: Target
    grid: MapGrid
    base_url: str
    """Of the server, ending in a slash."""

    signature: str
    """Parameters of a signed address, to be handed on; empty where it was none."""

    @classmethod
    def of(cls, request: Request, target: Target, grid: MapGrid) -> Self:
        """As a request asks for them."""
        return cls(target, grid, str(request.base_url), carried(request))

    @property
    def here(self) -> str:
        """Where the documents are."""
        return f"{self.base_url}tiles/{self.target.id}"

    @property
    def layers(self) -> tuple[Layer, ...]:
        """What there is to see."""
        version = self.target.version
        of_imagery = imagery_layers([version.summary.wavelengths_nm]) if version else ()
        return (Layer.CLASSES, Layer.CONFIDENCE, *of_imagery)

    @property
    def legend(self) -> Legend | None:
        """Of the classes, where it is known."""
        version = self.target.version
        return version.summary.legend if version else None

    @property
    def title(self) -> str:
        """As people read it."""
        version = self.target.version
        named = f" of {version.summary.imagery}" if version else ""
        numbered = f", version {version.number}" if version and self.target.is_adaptation else ""
        return f"Land cover{named}{numbered}"

    def template(
        self,
        layer: Layer = Layer.CLASSES,
        format_: TileFormat = TileFormat.PNG,
        *,
        size: int = 256,
        zxy: tuple[str, str, str] = ("{z}", "{x}", "{y}"),
    ) -> str:
        """An address with places for zoom, column and row.

        Args:
            layer: to show.
            format_: of the tiles.
            size: pixels a side.
            zxy: what stands in the places.
        """
        shown = {} if layer is Layer.CLASSES else {"layer": layer.value}
        shown |= {} if size == 256 else {"tilesize": str(size)}
        z, x, y = zxy
        return self._with(f"{self.here}/{z}/{x}/{y}.{format_.value}", shown)

    def document(self, path: str, **parameters: str) -> str:
        """The address of a document beside the tiles."""
        return self._with(f"{self.here}/{path}", parameters)

    def _with(self, address: str, parameters: dict[str, str]) -> str:
        version = self.target.version
        if self.target.is_adaptation and version is not None:
            parameters = {"version": str(version.number), **parameters}
        return with_query(with_query(address, urlencode(parameters)), self.signature)
