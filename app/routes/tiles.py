"""GET /tiles/{map_id}/...: maps as web map tiles, by titiler, with none of its free parameters."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any

import morecantile
import numpy as np
from attrs import define
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from rio_tiler.errors import TileOutsideBounds
from rio_tiler.io import Reader
from rio_tiler.utils import render
from titiler.core.factory import TilerFactory
from titiler.core.models.mapbox import TileJSON

from app.routes.maps import FOREVER, MapId
from app.service import serving
from app.store import LANDCOVER
from geodata.errors import NotFoundError

MAX_ZOOM = 24


class TileSize(IntEnum):
    """Pixels a side."""

    SMALL = 256
    LARGE = 512


Zoom = Annotated[int, Path(ge=0, le=MAX_ZOOM, description="Zoom level.")]
Column = Annotated[int, Path(ge=0, lt=2**MAX_ZOOM, description="Column, from the west.")]
Row = Annotated[int, Path(ge=0, lt=2**MAX_ZOOM, description="Row, from the north.")]
Size = Annotated[TileSize, Query(description="Pixels a side.")]


@define(kw_only=True)
class MapTiler(TilerFactory):
    """titiler's factory reduced to tiles and TileJSON in Web Mercator.

    Its free parameters (resampling, nodata, expressions, colours, any tile size) are left out: classes can
    only be read as they are, by the nearest pixel, and no request may cost more than a tile does.
    """

    def register_routes(self) -> None:
        """Tiles and TileJSON; no info, statistics, preview, part or viewer."""
        self.tile()
        self.tilejson()

    def tile(self) -> None:
        """GET /{z}/{x}/{y}.png."""

        @self.router.get(
            "/{z}/{x}/{y}.png",
            name="tile",
            summary="A tile of a map",
            response_class=Response,
            responses={200: {"content": {"image/png": {}}, "description": "The legend's colours."}},
        )
        def tile(
            z: Zoom,
            x: Column,
            y: Row,
            tilesize: Size = TileSize.SMALL,
            path: str = Depends(self.path_dependency),
        ) -> Response:
            """Transparent outside of the map; a tile beside the map is empty, which map clients prefer."""
            if max(x, y) >= 2**z:
                raise NotFoundError(
                    f"There is no tile {z}/{x}/{y}: zoom {z} ends at column and row {2**z - 1}."
                )
            with self._opened(path) as source:
                try:
                    image = source.tile(x, y, z, tilesize=int(tilesize))
                    content = image.render(img_format="PNG", colormap=source.colormap)
                except TileOutsideBounds:
                    content = _empty(int(tilesize))
            return Response(content, media_type="image/png", headers={"Cache-Control": FOREVER})

    def tilejson(self) -> None:
        """GET /tilejson.json."""

        @self.router.get(
            "/tilejson.json",
            name="tilejson",
            summary="Where a map's tiles are (TileJSON 3.0.0)",
            response_model=TileJSON,
            response_model_exclude_none=True,
        )
        def tilejson(
            request: Request, tilesize: Size = TileSize.SMALL, path: str = Depends(self.path_dependency)
        ) -> dict[str, Any]:
            """Bounds, zoom levels and the address of the tiles, for MapLibre, Leaflet, QGIS."""
            address = self.url_for(request, "tile", z="{z}", x="{x}", y="{y}")
            with self._opened(path) as source:
                return {
                    "tilejson": "3.0.0",
                    "name": "land cover",
                    "tiles": [
                        address if tilesize == TileSize.SMALL else f"{address}?tilesize={tilesize.value}"
                    ],
                    "bounds": source.get_geographic_bounds(source.tms.rasterio_geographic_crs),
                    "minzoom": source.minzoom,
                    "maxzoom": min(source.maxzoom, MAX_ZOOM),
                }

    def _opened(self, path: str) -> Reader:
        return Reader(path, tms=morecantile.tms.get("WebMercatorQuad"))


def tiles_router() -> APIRouter:
    """The routes below /tiles/{map_id}."""
    prefix = "/tiles/{map_id}"
    tiler = MapTiler(router=APIRouter(tags=["tiles"]), router_prefix=prefix, path_dependency=_stored)
    outer = APIRouter()
    outer.include_router(tiler.router, prefix=prefix)
    return outer


def _stored(request: Request, map_id: MapId) -> str:
    """A map's file from its name; a client can never give a path."""
    return str(serving(request).store.path(map_id, LANDCOVER))


def _empty(size: int) -> bytes:
    return bytes(render(np.zeros((4, size, size), dtype=np.uint8), img_format="PNG"))
