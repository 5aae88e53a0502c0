"""TileJSON, WMTS and OGC API - Tiles, as documents and as GDAL, a foreign client, reads them."""

from __future__ import annotations

import json
import shutil
import subprocess
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import rasterio
from adapting import adaptation, address, legend_colours, tile_over
from jsonschema import Draft202012Validator
from rasterio.env import Env

TILEJSON = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "TileJSON 3.0.0, of raster tiles",
    "type": "object",
    "required": ["tilejson", "tiles"],
    "properties": {
        "tilejson": {"const": "3.0.0"},
        "tiles": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "pattern": r"^https?://.*\{z\}.*\{x\}.*\{y\}.*$"},
        },
        "name": {"type": "string"},
        "description": {"type": "string"},
        "attribution": {"type": "string"},
        "legend": {"type": "string"},
        "version": {"type": "string", "pattern": r"^\d+\.\d+\.\d+[\w+-]?[.\da-zA-Z-]?$"},
        "scheme": {"enum": ["xyz", "tms"]},
        "minzoom": {"type": "integer", "minimum": 0, "maximum": 30},
        "maxzoom": {"type": "integer", "minimum": 0, "maximum": 30},
        "bounds": {
            "type": "array",
            "prefixItems": [
                {"type": "number", "minimum": -180, "maximum": 180},
                {"type": "number", "minimum": -90, "maximum": 90},
                {"type": "number", "minimum": -180, "maximum": 180},
                {"type": "number", "minimum": -90, "maximum": 90},
            ],
            "minItems": 4,
            "maxItems": 4,
        },
        "center": {
            "type": "array",
            "prefixItems": [{"type": "number"}, {"type": "number"}, {"type": "integer"}],
            "minItems": 3,
            "maxItems": 3,
        },
    },
}

LAYERS = ["classes", "confidence", "true-color", "false-color", "ndvi", "ndwi", "ndbi", "nbr"]

WMTS = "{http://www.opengis.net/wmts/1.0}"
OWS = "{http://www.opengis.net/ows/1.1}"
PIXEL_M = 0.00028
"""Side of a pixel of OGC's standard screen."""

XYZ = """\
<GDAL_WMS>
  <Service name="TMS"><ServerUrl>{address}</ServerUrl></Service>
  <DataWindow>
    <UpperLeftX>-20037508.342789244</UpperLeftX><UpperLeftY>20037508.342789244</UpperLeftY>
    <LowerRightX>20037508.342789244</LowerRightX><LowerRightY>-20037508.342789244</LowerRightY>
    <TileLevel>14</TileLevel><TileCountX>1</TileCountX><TileCountY>1</TileCountY><YOrigin>top</YOrigin>
  </DataWindow>
  <Projection>EPSG:3857</Projection>
  <BlockSizeX>256</BlockSizeX><BlockSizeY>256</BlockSizeY><BandsCount>4</BandsCount>
</GDAL_WMS>
"""


@pytest.fixture(scope="module")
def adapted(client, scene):
    return adaptation(client, scene)


@pytest.fixture(scope="module", params=["adaptation", "map"])
def tiles(request, adapted, made):
    """The address of the tiles of something."""
    name = adapted["id"] if request.param == "adaptation" else made.headers["location"].rsplit("/", 1)[1]
    return f"/tiles/{name}"


@pytest.fixture(scope="module")
def tilejson(client, tiles):
    return client.get(f"{tiles}/tilejson.json").json()


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("tilesize", [256, 512])
def test_tilejson_keeps_to_its_schema(client, tiles, layer, tilesize):
    found = client.get(f"{tiles}/tilejson.json", params={"layer": layer, "tilesize": tilesize}).json()
    Draft202012Validator(TILEJSON).validate(found)
    assert found["minzoom"] <= found["maxzoom"]
    assert client.get(address(found, found["maxzoom"])).status_code == 200


def test_tilejson_of_an_adaptation_names_the_version(client, adapted):
    found = client.get(f"/tiles/{adapted['id']}/tilejson.json", params={"format": "webp"}).json()
    assert found["tiles"][0].endswith(".webp?version=1")
    assert {entry["color"] for entry in found["landshot:legend"]} == legend_colours(adapted)


def test_wmts_capabilities_describe_the_matrices(client, tiles):
    response = client.get(f"{tiles}/WMTSCapabilities.xml")
    assert response.headers["content-type"] == "application/xml"
    root = ET.fromstring(response.content)  # noqa: S314 - our own
    layers = [layer.find(f"{OWS}Identifier").text for layer in root.iter(f"{WMTS}Layer")]
    assert layers == LAYERS
    matrices = list(root.iter(f"{WMTS}TileMatrix"))
    described = [matrix for matrix in matrices if matrix.find(f"{WMTS}ScaleDenominator") is not None]
    assert len(described) == 25
    for zoom, matrix in enumerate(described):
        scale = float(matrix.find(f"{WMTS}ScaleDenominator").text)
        width = int(matrix.find(f"{WMTS}MatrixWidth").text)
        left, top = map(float, matrix.find(f"{WMTS}TopLeftCorner").text.split())
        assert width == 2**zoom
        assert (left, top) == pytest.approx((-20037508.342789244, 20037508.342789244))
        # All tiles together reach around the Earth.
        assert scale * PIXEL_M * 256 * width == pytest.approx(2 * 20037508.342789244, rel=1e-9)


def test_wmts_limits_hold_the_region(client, tiles, tilejson):
    root = ET.fromstring(client.get(f"{tiles}/WMTSCapabilities.xml").content)  # noqa: S314 - our own
    for limit in root.find(f"{WMTS}Contents/{WMTS}Layer").iter(f"{WMTS}TileMatrixLimits"):
        number = {child.tag.removeprefix(WMTS): int(child.text) for child in limit}
        tile = tile_over(tilejson, number["TileMatrix"])
        assert number["MinTileCol"] <= tile.x <= number["MaxTileCol"] < 2 ** number["TileMatrix"]
        assert number["MinTileRow"] <= tile.y <= number["MaxTileRow"] < 2 ** number["TileMatrix"]


def test_wmts_answers_parameters_too(client, tiles, tilejson):
    tile = tile_over(tilejson, 13)
    params = {
        "Service": "WMTS", "REQUEST": "GetTile", "Version": "1.0.0", "layer": "classes", "Format": "image/png",
        "TileMatrixSet": "WebMercatorQuad", "TileMatrix": "13", "TileCol": tile.x, "TileRow": tile.y,
    }  # fmt: skip
    response = client.get(f"{tiles}/wmts", params=params)
    assert response.status_code == 200
    assert response.content == client.get(address(tilejson, 13)).content
    capabilities = client.get(f"{tiles}/wmts", params={"request": "GetCapabilities", "service": "WMTS"})
    assert capabilities.content == client.get(f"{tiles}/WMTSCapabilities.xml").content


@pytest.mark.parametrize(
    "wrong",
    [
        {"REQUEST": "GetMap"},
        {"LAYER": "none"},
        {"FORMAT": "image/gif"},
        {"TILEMATRIX": "-1"},
        {"TILEMATRIX": "25"},
        {"TILECOL": "x"},
        {"TILEROW": "9" * 40},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_wrong_parameters_are_named(client, tiles, wrong):
    params = {
        "REQUEST": "GetTile", "LAYER": "classes", "FORMAT": "image/png", "TILEMATRIX": "3", "TILECOL": "0",
        "TILEROW": "0",
    }  # fmt: skip
    response = client.get(f"{tiles}/wmts", params=params | wrong)
    assert response.status_code == 422
    assert response.json()["errors"][0]["where"] == next(iter(wrong))


def test_ogc_api_tiles_leads_from_the_list_to_a_tile(client, tiles, tilejson):
    listed = client.get(f"{tiles}/tiles").json()["tilesets"]
    assert [one["title"].rpartition(": ")[2] for one in listed][4] == "Vegetation index (NDVI)"
    assert len(listed) == len(LAYERS)
    own = next(link["href"] for link in listed[0]["links"] if link["rel"] == "self")
    tileset = client.get(own).json()
    assert tileset["dataType"] == "map"
    assert tileset["crs"] == "http://www.opengis.net/def/crs/EPSG/0/3857"
    scheme = next(link["href"] for link in tileset["links"] if link["rel"].endswith("tiling-scheme"))
    matrix_set = client.get(scheme).json()
    limits = tileset["tileMatrixSetLimits"][-1]
    matrix = next(m for m in matrix_set["tileMatrices"] if m["id"] == limits["tileMatrix"])
    assert matrix["cellSize"] == pytest.approx(matrix["scaleDenominator"] * PIXEL_M)
    template = next(link["href"] for link in tileset["links"] if link["rel"] == "item")
    middle = tile_over(tilejson, int(limits["tileMatrix"]))
    filled = template.format(tileMatrix=limits["tileMatrix"], tileRow=middle.y, tileCol=middle.x)
    assert client.get(filled).headers["content-type"] == "image/png"


def test_there_is_one_tile_matrix_set(client):
    (only,) = client.get("/tileMatrixSets").json()["tileMatrixSets"]
    definition = client.get(only["links"][0]["href"]).json()
    assert definition["id"] == only["id"] == "WebMercatorQuad"
    assert definition["tileMatrices"][0]["pointOfOrigin"] == pytest.approx([-20037508.34, 20037508.34])
    assert client.get("/tileMatrixSets/WorldCRS84Quad").status_code == 404


def test_the_standards_are_declared(client):
    declared = client.get("/conformance").json()["conformsTo"]
    assert "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core" in declared


def test_gdal_reads_wmts(client, tiles, tilejson, adapted):
    address_ = f"{str(client.base_url).rstrip('/')}{tiles}/WMTSCapabilities.xml"
    for opened in (
        f"WMTS:{address_},layer=classes",
        f"WMTS:{address_},layer=classes,tilematrixset=WebMercatorQuad",
    ):
        assert colours_by_gdal(opened, tilejson) == legend_colours(adapted)


def test_gdal_reads_xyz(tilejson, adapted):
    template = tilejson["tiles"][0].replace("&", "&amp;")
    for name in "zxy":
        template = template.replace(f"{{{name}}}", f"${{{name}}}")
    assert colours_by_gdal(XYZ.format(address=template), tilejson) == legend_colours(adapted)


@pytest.mark.skipif(shutil.which("gdalinfo") is None, reason="gdalinfo is not installed")
def test_gdalinfo_lists_the_layers(client, tiles):
    address_ = f"WMTS:{str(client.base_url).rstrip('/')}{tiles}/WMTSCapabilities.xml"
    done = subprocess.run(["gdalinfo", "-json", address_], capture_output=True, check=True, timeout=60)
    found = json.loads(done.stdout)["metadata"]["SUBDATASETS"]
    assert sum(name.endswith("_NAME") for name in found) == len(LAYERS)


def colours_by_gdal(opened, tilejson):
    """What GDAL sees of the region at its own resolution."""
    west, south, east, north = tilejson["bounds"]
    with (
        Env(GDAL_HTTP_TIMEOUT="30", GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"),
        rasterio.open(opened) as source,
    ):
        bounds = rasterio.warp.transform_bounds("EPSG:4326", source.crs, west, south, east, north)
        window = source.window(*bounds)
        shape = (source.count, 200, 250)
        bands = source.read(window=window, out_shape=shape)
    assert source.crs.to_epsg() == 3857
    opaque = bands[:3, bands[3] == 255].T
    return {f"#{bytes(colour).hex().upper()}" for colour in np.unique(opaque, axis=0).tolist()}
