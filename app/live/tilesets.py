"""OGC API - Tiles: tilesets of a map or an adaptation, one for each layer, and the one tile matrix set."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.live.grid import MAX_ZOOM, TMS, TMS_ID
from app.live.layers import Layer, TileFormat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from morecantile.models import TileMatrix

    from app.live.addresses import TileSet

TILING_SCHEME: Final = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
_URI: Final = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
_CRS: Final = "http://www.opengis.net/def/crs/EPSG/0/3857"
_LONLAT: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_FORMATS: Final = (TileFormat.PNG, TileFormat.WEBP)


def tilesets(tiles: TileSet) -> dict[str, Any]:
    """The list, with a link to each tileset and to its tiles."""
    return {
        "links": [_link(tiles.document("tiles"), "self", "This document")],
        "tilesets": [_described(tiles, layer) for layer in tiles.layers],
    }


def tileset(tiles: TileSet, layer: Layer) -> dict[str, Any]:
    """One tileset, with its limits."""
    grid = tiles.grid
    limits = [
        {
            "tileMatrix": str(zoom),
            "minTileRow": rows[0],
            "maxTileRow": rows[1],
            "minTileCol": cols[0],
            "maxTileCol": cols[1],
        }
        for zoom, cols, rows in limits_of(tiles)
    ]
    west, south, east, north = grid.bounds_lonlat
    box = {"lowerLeft": [west, south], "upperRight": [east, north], "crs": _LONLAT}
    return {**_described(tiles, layer), "boundingBox": box, "tileMatrixSetLimits": limits}


def limits_of(tiles: TileSet) -> Iterator[tuple[int, tuple[int, int], tuple[int, int]]]:
    """For each zoom the first and last column, and the first and last row, with something to see."""
    west, south, east, north = tiles.grid.bounds_lonlat
    if west > east:
        west, east = -180.0, 180.0
    for zoom in range(min(MAX_ZOOM, tiles.grid.maxzoom) + 1):
        last = (1 << zoom) - 1
        upper_left, lower_right = TMS.tile(west, north, zoom), TMS.tile(east, south, zoom)
        cols = (max(0, upper_left.x), min(last, lower_right.x))
        rows = (max(0, upper_left.y), min(last, lower_right.y))
        yield zoom, cols, rows


def tile_matrix_sets(base_url: str) -> dict[str, Any]:
    """The list, of one."""
    link = _link(f"{base_url}tileMatrixSets/{TMS_ID}", "self", "Its definition")
    return {
        "tileMatrixSets": [{"id": TMS_ID, "title": "Google Maps Compatible", "uri": _URI, "links": [link]}]
    }


def tile_matrix_set() -> dict[str, Any]:
    """The definition of the WebMercatorQuad, of OGC Two Dimensional Tile Matrix Set 2.0."""
    return {
        "id": TMS_ID,
        "title": "Google Maps Compatible for the World",
        "uri": _URI,
        "crs": _CRS,
        "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [_matrix(matrix) for matrix in matrices()],
    }


def matrices() -> list[TileMatrix]:
    """Of all zoom levels that tiles have."""
    return list(TMS.tileMatrices)[: MAX_ZOOM + 1]


def _matrix(matrix: TileMatrix) -> dict[str, Any]:
    return {
        "id": matrix.id,
        "scaleDenominator": matrix.scaleDenominator,
        "cellSize": matrix.cellSize,
        "cornerOfOrigin": "topLeft",
        "pointOfOrigin": list(matrix.pointOfOrigin),
        "tileWidth": matrix.tileWidth,
        "tileHeight": matrix.tileHeight,
        "matrixWidth": matrix.matrixWidth,
        "matrixHeight": matrix.matrixHeight,
    }


def _described(tiles: TileSet, layer: Layer) -> dict[str, Any]:
    places = ("{tileMatrix}", "{tileCol}", "{tileRow}")
    items = [
        {
            "href": tiles.template(layer, format_, zxy=places),
            "rel": "item",
            "type": format_.media_type,
            "title": "The tiles",
            "templated": True,
        }
        for format_ in _FORMATS
    ]
    shown = {} if layer is Layer.CLASSES else {"layer": layer.value}
    return {
        "title": f"{tiles.title}: {layer.heading}",
        "dataType": "map",
        "crs": _CRS,
        "tileMatrixSetURI": _URI,
        "links": [
            _link(tiles.document(f"tiles/{TMS_ID}", **shown), "self", "This tileset"),
            _link(f"{tiles.base_url}tileMatrixSets/{TMS_ID}", TILING_SCHEME, "Its tile matrix set"),
            _link(tiles.document("tilejson.json", **shown), "tilejson", "The same as TileJSON"),
            *items,
        ],
    }


def _link(href: str, rel: str, title: str) -> dict[str, str]:
    return {"href": href, "rel": rel, "type": "application/json", "title": title}
