"""WMTS and OGC API - Tiles: the tiles of `app.routes.tiles`, as these standards describe them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path
from fastapi.requests import Request  # noqa: TC002 - FastAPI resolves the annotations of its routes
from starlette.responses import Response

from app.errors import InvalidRequestError
from app.live import tilesets as documents
from app.live.grid import MAX_ZOOM, TMS_ID, Tile
from app.live.layers import Layer, TileFormat
from app.live.routing import live_of
from app.live.wmts import MEDIA_TYPE, capabilities
from app.routes.refusals import refusals
from app.routes.tiles import (
    MAKING,
    REFUSED,
    Shown,
    TilesId,
    VersionOf,
    refuse_absent,
    tile_response,
    tile_set,
)
from geodata.errors import Fault, NotFoundError

MatrixSet = Annotated[str, Path(max_length=64, json_schema_extra={"enum": [TMS_ID]})]

_XML: dict[int | str, dict[str, Any]] = {200: {"content": {MEDIA_TYPE: {}}, "description": "WMTS 1.0.0."}}

_KVP = [
    {
        "name": "REQUEST",
        "in": "query",
        "required": True,
        "description": "`GetCapabilities` or `GetTile`.",
        "schema": {"type": "string", "enum": ["GetCapabilities", "GetTile"]},
    },
    *(
        {
            "name": name,
            "in": "query",
            "description": f"Of `GetTile`: {meaning}.",
            "schema": {"type": "string"},
        }
        for name, meaning in (
            ("LAYER", f"one of {', '.join(Layer)}"),
            ("FORMAT", "image/png or image/webp"),
            ("TILEMATRIX", f"zoom level, 0 to {MAX_ZOOM}"),
            ("TILECOL", "column, from the west"),
            ("TILEROW", "row, from the north"),
        )
    ),
]
"""Read without regard to case, which OpenAPI cannot say; others of the standard's parameters change nothing."""

router = APIRouter(tags=["tiles"])


@router.get(
    "/tiles/{tiles_id}/WMTSCapabilities.xml",
    summary="Where tiles are (WMTS 1.0.0)",
    response_class=Response,
    responses={**_XML, **REFUSED},
)
async def get_wmts_capabilities(request: Request, tiles_id: TilesId, version: VersionOf = None) -> Response:
    """For QGIS, GDAL and other clients of WMTS: one layer for each picture there is."""
    tiles = await tile_set(request, tiles_id, version)
    return Response(capabilities(tiles), media_type=MEDIA_TYPE)


@router.get(
    "/tiles/{tiles_id}/wmts",
    summary="WMTS 1.0.0 by parameters (KVP)",
    response_class=Response,
    responses={
        200: {
            "content": {MEDIA_TYPE: {}, "image/png": {}, "image/webp": {}},
            "description": "Capabilities, or a tile.",
        },
        304: {"description": "Not modified."},
        **REFUSED,
        **MAKING,
    },
    openapi_extra={"parameters": _KVP},
)
async def get_wmts(
    request: Request,
    tiles_id: TilesId,
    version: VersionOf = None,
    if_none_match: Annotated[str, Header()] = "",
) -> Response:
    """`REQUEST=GetCapabilities`, or `GetTile` with `LAYER`, `FORMAT`, `TILEMATRIX`, `TILECOL`, `TILEROW`.

    Names of parameters may be written in any case. WMTS has a parameter `VERSION` of its own (1.0.0); the version of
    an adaptation is written `version`.
    """
    await live_of(request).lookup.find(
        request, tiles_id, version
    )  # before anything is said of the parameters
    asked = {name.upper(): value for name, value in request.query_params.items() if name != "version"}
    what = asked.get("REQUEST", "")
    if what.lower() == "getcapabilities":
        return Response(capabilities(await tile_set(request, tiles_id, version)), media_type=MEDIA_TYPE)
    if what.lower() != "gettile":
        raise _wrong("REQUEST", "should be GetCapabilities or GetTile")
    if asked.get("LAYER") not in list(Layer):
        raise _wrong("LAYER", f"should be one of {', '.join(Layer)}")
    media_types = {each.media_type: each for each in (TileFormat.PNG, TileFormat.WEBP)}
    if asked.get("FORMAT") not in media_types:
        raise _wrong("FORMAT", f"should be one of {', '.join(media_types)}")
    z, x, y = (_number(asked, name) for name in ("TILEMATRIX", "TILECOL", "TILEROW"))
    if z > MAX_ZOOM:
        raise _wrong("TILEMATRIX", f"should be one of 0 to {MAX_ZOOM}")
    return await tile_response(
        request,
        tiles_id,
        Tile(z, x, y, 256),
        media_types[asked["FORMAT"]],
        version=version,
        layer=Layer(asked["LAYER"]),
        if_none_match=if_none_match,
    )


@router.get(
    "/tiles/{tiles_id}/tiles", summary="The tilesets, one for each layer (OGC API - Tiles)", responses=REFUSED
)
async def list_tilesets(request: Request, tiles_id: TilesId, version: VersionOf = None) -> dict[str, Any]:
    """Each with the template of its tiles' addresses."""
    return documents.tilesets(await tile_set(request, tiles_id, version))


@router.get("/tiles/{tiles_id}/tiles/{matrix_set}", summary="A tileset (OGC API - Tiles)", responses=REFUSED)
async def get_tileset(
    request: Request,
    tiles_id: TilesId,
    matrix_set: MatrixSet,
    version: VersionOf = None,
    layer: Shown = Layer.CLASSES,
) -> dict[str, Any]:
    """With the columns and rows that show something."""
    _check(matrix_set)
    tiles = await tile_set(request, tiles_id, version)
    refuse_absent(tiles, layer)
    return documents.tileset(tiles, layer)


@router.get("/tileMatrixSets", summary="The tile matrix sets (OGC API - Tiles)")
async def list_tile_matrix_sets(request: Request) -> dict[str, Any]:
    """One: WebMercatorQuad, which all web maps use."""
    return documents.tile_matrix_sets(str(request.base_url))


@router.get(
    "/tileMatrixSets/{matrix_set}",
    summary="A tile matrix set (OGC API - Tiles)",
    responses=refusals(NotFoundError, InvalidRequestError),
)
async def get_tile_matrix_set(matrix_set: MatrixSet) -> dict[str, Any]:
    """Scales, origin and number of tiles of each zoom level."""
    _check(matrix_set)
    return documents.tile_matrix_set()


def _check(matrix_set: str) -> None:
    if matrix_set != TMS_ID:
        raise NotFoundError(f"There is no tile matrix set {matrix_set!r} here, only {TMS_ID}.")


def _number(asked: dict[str, str], name: str) -> int:
    text = asked.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise _wrong(name, "should be a whole number, from 0")
    return int(text)


def _wrong(name: str, reason: str) -> InvalidRequestError:
    return InvalidRequestError(f"{name}: {reason}", (Fault(name, reason),))
