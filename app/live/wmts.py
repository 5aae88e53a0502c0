"""WMTS 1.0.0 capabilities of a map or an adaptation: a layer for each picture, tiles by address or by parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from app.live.grid import TMS_ID
from app.live.layers import Layer, TileFormat
from app.live.tilesets import limits_of, matrices

if TYPE_CHECKING:
    from app.live.addresses import TileSet

MEDIA_TYPE: Final = "application/xml"

_WMTS: Final = "http://www.opengis.net/wmts/1.0"
_OWS: Final = "http://www.opengis.net/ows/1.1"
_XLINK: Final = "http://www.w3.org/1999/xlink"
_FORMATS: Final = (TileFormat.PNG, TileFormat.WEBP)
_PLACES: Final = ("{TileMatrix}", "{TileCol}", "{TileRow}")


def capabilities(tiles: TileSet) -> bytes:
    """The document, as GDAL and QGIS read it."""
    root = ET.Element(
        "Capabilities",
        {
            "xmlns": _WMTS,
            "xmlns:ows": _OWS,
            "xmlns:xlink": _XLINK,
            "version": "1.0.0",
        },
    )
    identification = ET.SubElement(root, "ows:ServiceIdentification")
    _text(identification, "ows:Title", tiles.title)
    _text(identification, "ows:ServiceType", "OGC WMTS")
    _text(identification, "ows:ServiceTypeVersion", "1.0.0")
    _operations(root, tiles)
    contents = ET.SubElement(root, "Contents")
    for layer in tiles.layers:
        _layer(contents, tiles, layer)
    _matrix_set(contents)
    here = ET.SubElement(root, "ServiceMetadataURL")
    here.set("xlink:href", tiles.document("WMTSCapabilities.xml"))
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _operations(root: ET.Element, tiles: TileSet) -> None:
    metadata = ET.SubElement(root, "ows:OperationsMetadata")
    by_parameters = tiles.document("wmts")
    address = f"{by_parameters}{'&' if '?' in by_parameters else '?'}"
    for name in ("GetCapabilities", "GetTile"):
        operation = ET.SubElement(metadata, "ows:Operation", name=name)
        http = ET.SubElement(ET.SubElement(operation, "ows:DCP"), "ows:HTTP")
        get = ET.SubElement(http, "ows:Get", {"xlink:href": address})
        constraint = ET.SubElement(get, "ows:Constraint", name="GetEncoding")
        _text(ET.SubElement(constraint, "ows:AllowedValues"), "ows:Value", "KVP")


def _layer(contents: ET.Element, tiles: TileSet, layer: Layer) -> None:
    west, south, east, north = tiles.grid.bounds_lonlat
    if west > east:
        west, east = -180.0, 180.0
    element = ET.SubElement(contents, "Layer")
    _text(element, "ows:Title", layer.heading)
    box = ET.SubElement(element, "ows:WGS84BoundingBox", crs="urn:ogc:def:crs:OGC:2:84")
    _text(box, "ows:LowerCorner", f"{west!r} {south!r}")
    _text(box, "ows:UpperCorner", f"{east!r} {north!r}")
    _text(element, "ows:Identifier", layer.value)
    style = ET.SubElement(element, "Style", isDefault="true")
    _text(style, "ows:Identifier", "default")
    for format_ in _FORMATS:
        _text(element, "Format", format_.media_type)
    link = ET.SubElement(element, "TileMatrixSetLink")
    _text(link, "TileMatrixSet", TMS_ID)
    limits = ET.SubElement(link, "TileMatrixSetLimits")
    for zoom, cols, rows in limits_of(tiles):
        limit = ET.SubElement(limits, "TileMatrixLimits")
        _text(limit, "TileMatrix", str(zoom))
        for name, value in zip(
            ("MinTileRow", "MaxTileRow", "MinTileCol", "MaxTileCol"), (*rows, *cols), strict=True
        ):
            _text(limit, name, str(value))
    for format_ in _FORMATS:
        ET.SubElement(
            element,
            "ResourceURL",
            format=format_.media_type,
            resourceType="tile",
            template=tiles.template(layer, format_, zxy=_PLACES),
        )


def _matrix_set(contents: ET.Element) -> None:
    element = ET.SubElement(contents, "TileMatrixSet")
    _text(element, "ows:Identifier", TMS_ID)
    _text(element, "ows:SupportedCRS", "urn:ogc:def:crs:EPSG::3857")
    _text(element, "WellKnownScaleSet", "urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible")
    for matrix in matrices():
        one = ET.SubElement(element, "TileMatrix")
        _text(one, "ows:Identifier", matrix.id)
        _text(one, "ScaleDenominator", repr(matrix.scaleDenominator))
        left, top = matrix.pointOfOrigin
        _text(one, "TopLeftCorner", f"{left!r} {top!r}")
        for name in ("TileWidth", "TileHeight", "MatrixWidth", "MatrixHeight"):
            _text(one, name, str(getattr(matrix, name[0].lower() + name[1:])))


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
