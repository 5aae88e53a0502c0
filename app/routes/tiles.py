"""GET /tiles/{id}/...: an adaptation, or a map, as web map tiles; `app.live` makes them."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query
from fastapi.requests import Request  # noqa: TC002 - FastAPI resolves the annotations of its routes
from starlette.responses import Response

from app.database.connection import DatabaseError
from app.errors import BusyError, InvalidRequestError, OutdatedAdaptationError, TileTimeoutError
from app.live.addresses import TileSet
from app.live.grid import MAX_ZOOM, MapGrid, Tile
from app.live.layers import Layer, TileFormat
from app.live.picked import Picked
from app.live.routing import live_of
from app.live.tilejson import tilejson
from app.negotiation import matches_etag
from app.results.caching import cache_control
from app.routes.refusals import refusals
from app.store import MAP_ID_PATTERN
from geodata.errors import ImageryFailedError, NotFoundError


class TileSize(IntEnum):
    """Pixels a side."""

    SMALL = 256
    LARGE = 512


TilesId = Annotated[
    str, Path(pattern=MAP_ID_PATTERN, description="An adaptation, else a map: 32 hexadecimal digits.")
]
Zoom = Annotated[int, Path(ge=0, le=MAX_ZOOM, description="Zoom level.")]
Column = Annotated[int, Path(ge=0, lt=2**MAX_ZOOM, description="Column, from the west.")]
Row = Annotated[int, Path(ge=0, lt=2**MAX_ZOOM, description="Row, from the north.")]
Size = Annotated[TileSize, Query(description="Pixels a side.")]
Shown = Annotated[
    Layer, Query(description="All but classes and confidence show imagery, which an adaptation has.")
]
FormatOf = Annotated[TileFormat, Query(alias="format", description="Of the tiles.")]
VersionOf = Annotated[
    int | None,
    Query(ge=1, le=2**31 - 1, description="Of an adaptation; left out: the current one. Maps have none."),
]
FOR_A_MINUTE = "max-age=60"
"""Below a map's own zoom levels a live tile is a sample of its pixels, until the map is there."""

REFUSED = refusals(NotFoundError, InvalidRequestError, DatabaseError)

MAKING = refusals(OutdatedAdaptationError, ImageryFailedError, TileTimeoutError, BusyError, DatabaseError)
"""Of tiles themselves."""

router = APIRouter(prefix="/tiles/{tiles_id}", tags=["tiles"])


def content_of(format_: TileFormat) -> str:
    """What is in a tile, for people."""
    if format_ is TileFormat.NPY:
        return "numbers, and last a mask (255: valid), as numpy reads them"
    return "a picture"


def answers(format_: TileFormat) -> dict[int | str, dict[str, Any]]:
    """For `responses` of a route of tiles, less its refusals."""
    return {
        200: {"content": {format_.media_type: {}}, "description": "Transparent outside of the region."},
        304: {"description": "Not modified."},
    }


def _add_tiles(format_: TileFormat) -> None:
    """GET /{z}/{x}/{y}.png, say."""

    @router.get(
        f"/{{z}}/{{x}}/{{y}}.{format_.value}",
        name=f"tile_{format_.value}",
        summary=f"A tile of an adaptation or a map: {content_of(format_)}",
        response_class=Response,
        responses={**answers(format_), **REFUSED, **MAKING},
    )
    async def get_tile(
        request: Request,
        *,
        tiles_id: TilesId,
        z: Zoom,
        x: Column,
        y: Row,
        version: VersionOf = None,
        layer: Shown = Layer.CLASSES,
        tilesize: Size = TileSize.SMALL,
        if_none_match: Annotated[str, Header()] = "",
    ) -> Response:
        """Predicted now where there is no map yet: the same pixels as the map will have, from its own zoom level on.

        At lower zoom levels a live tile shows the pixels nearest to its own, where the map will show the most frequent
        class around; of regions too large for that, every n-th pixel. A tile beside the region is empty.
        """
        return await tile_response(
            request,
            tiles_id,
            Tile(z, x, y, int(tilesize)),
            format_,
            version=version,
            layer=layer,
            if_none_match=if_none_match,
        )


for _format in TileFormat:
    _add_tiles(_format)


async def tile_response(
    request: Request,
    tiles_id: str,
    tile: Tile,
    format_: TileFormat,
    *,
    version: int | None,
    layer: Layer,
    if_none_match: str,
) -> Response:
    """A tile, or 304 where the client has it.

    Raises:
        NotFoundError: there is no such tile, or nothing with this id.
        LandshotError: see `LiveTiles.get`.
    """
    refuse_beyond(tile)
    live = live_of(request)
    target = await live.lookup.find(request, tiles_id, version)
    picked = Picked(target, layer, tile, format_)
    if target.is_adaptation and version is None:
        caching = "no-cache"
    else:
        forever = cache_control(request)
        caching = forever if picked.is_settled else f"{forever.partition(',')[0]}, {FOR_A_MINUTE}"
    headers = {"ETag": picked.etag, "Cache-Control": caching}
    if if_none_match and matches_etag(if_none_match, picked.etag):
        return Response(status_code=304, headers=headers)
    content = await live.get(picked)
    return Response(content, media_type=picked.format.media_type, headers=headers)


def refuse_beyond(tile: Tile) -> None:
    """Raise NotFoundError where a zoom has no such column or row."""
    if not tile.exists:
        raise NotFoundError(
            f"There is no tile {tile.z}/{tile.x}/{tile.y}: zoom {tile.z} ends at column and row {2**tile.z - 1}."
        )


@router.get("/tilejson.json", name="tilejson", summary="Where tiles are (TileJSON 3.0.0)", responses=REFUSED)
async def get_tilejson(
    request: Request,
    *,
    tiles_id: TilesId,
    version: VersionOf = None,
    layer: Shown = Layer.CLASSES,
    format_: FormatOf = TileFormat.PNG,
    tilesize: Size = TileSize.SMALL,
) -> dict[str, Any]:
    """Bounds, zoom levels and the address of the tiles, for MapLibre, Leaflet, QGIS."""
    tiles = await tile_set(request, tiles_id, version)
    refuse_absent(tiles, layer)
    return tilejson(tiles, layer, format_, int(tilesize))


async def tile_set(request: Request, tiles_id: str, version: int | None) -> TileSet:
    """What documents tell of.

    Raises:
        NotFoundError: there is nothing with this id, or it is somebody else's.
    """
    live = live_of(request)
    target = await live.lookup.find(request, tiles_id, version)
    if target.version is not None:
        return TileSet.of(request, target, MapGrid.of(target.version.summary.region.geobox))
    return TileSet.of(request, target, await live.grid_of_map(target.map_id))


def refuse_absent(tiles: TileSet, layer: Layer) -> None:
    """Raise NotFoundError where there is no such layer."""
    if layer not in tiles.layers:
        raise NotFoundError(
            f"There is no layer {layer.value} here; there are {', '.join(each.value for each in tiles.layers)}."
        )
