"""The virtual raster that gives raw values their meaning, for GDAL's COG driver to copy.

rasterio has no way to write category names and attribute tables; a VRT that has them, copied, hands them on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from rasterio.crs import CRS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import numpy as np
    from odc.geo.geobox import GeoBox

    from geodata.legend import Legend


@dataclass(frozen=True, slots=True)
class MapLayer:
    """What a file says about its only band."""

    description: str

    nodata: int | None
    """None: every value means something."""

    overviews: str
    """How GDAL makes overviews: `MODE` never invents a class."""

    tags: Mapping[str, str]

    categories: tuple[ET.Element, ...] | None
    """Colour table, category names and attribute table; None for a layer of quantities."""


def categories(
    legend: Legend, counts: Mapping[int, int], areas_m2: Mapping[int, float]
) -> tuple[ET.Element, ...]:
    """Colour table, category names and raster attribute table of a legend.

    Args:
        legend: the classes.
        counts: class value -> pixels.
        areas_m2: class value -> square metres.
    """
    by_value = {c.value: c for c in legend}
    table, names = ET.Element("ColorTable"), ET.Element("CategoryNames")
    for value in range(max(by_value) + 1):
        entry = by_value.get(value)
        red, green, blue = entry.rgb if entry else (0, 0, 0)
        color = {"c1": red, "c2": green, "c3": blue, "c4": 255 if entry else 0}
        ET.SubElement(table, "Entry", {key: str(part) for key, part in color.items()})
        ET.SubElement(names, "Category").text = entry.name if entry else "nodata" if value == 0 else ""
    attributes = ET.Element("GDALRasterAttributeTable", tableType="thematic")
    for index, (name, kind, usage) in enumerate(_COLUMNS):
        column = ET.SubElement(attributes, "FieldDefn", index=str(index))
        for tag, text in (("Name", name), ("Type", kind), ("Usage", usage)):
            ET.SubElement(column, tag).text = str(text)
    for index, (value, entry) in enumerate(sorted(by_value.items())):
        row = ET.SubElement(attributes, "Row", index=str(index))
        for cell in (value, entry.name, *entry.rgb, counts[value], areas_m2[value]):
            ET.SubElement(row, "F").text = str(cell)
    return table, names, attributes


def write_vrt(raw: Path, geobox: GeoBox, layer: MapLayer, dtype: np.dtype[Any]) -> Path:
    """Write a VRT beside a file of raw values, row by row, the least significant byte first.

    Returns:
        The VRT's path.
    """
    height, width = geobox.shape
    root = ET.Element("VRTDataset", rasterXSize=str(width), rasterYSize=str(height))
    ET.SubElement(root, "SRS").text = CRS.from_user_input(str(geobox.crs)).to_wkt()
    ET.SubElement(root, "GeoTransform").text = ", ".join(repr(float(v)) for v in geobox.affine.to_gdal())
    metadata = ET.SubElement(root, "Metadata")
    for key, value in sorted({"AREA_OR_POINT": "Area", **layer.tags}.items()):
        ET.SubElement(metadata, "MDI", key=key).text = value
    kind = "Byte" if dtype.itemsize == 1 else "UInt16"
    band = ET.SubElement(root, "VRTRasterBand", dataType=kind, band="1", subClass="VRTRawRasterBand")
    ET.SubElement(band, "Description").text = layer.description
    if layer.nodata is not None:
        ET.SubElement(band, "NoDataValue").text = str(layer.nodata)
    ET.SubElement(band, "ColorInterp").text = "Palette" if layer.categories else "Gray"
    band.extend(layer.categories or ())
    ET.SubElement(band, "SourceFilename", relativeToVRT="1").text = raw.name
    size = dtype.itemsize
    for tag, number in (("ImageOffset", 0), ("PixelOffset", size), ("LineOffset", size * width)):
        ET.SubElement(band, tag).text = str(number)
    ET.SubElement(band, "ByteOrder").text = "LSB"
    vrt = raw.with_suffix(".vrt")
    ET.ElementTree(root).write(vrt, encoding="utf-8")
    return vrt


# Name, type (0 integer, 1 real, 2 string) and usage (GDALRATFieldUsage) of the attribute table's columns.
_COLUMNS = (
    ("Value", 0, 5),
    ("ClassName", 2, 2),
    ("Red", 0, 6),
    ("Green", 0, 7),
    ("Blue", 0, 8),
    ("PixelCount", 0, 1),
    ("Area_m2", 1, 0),
)
