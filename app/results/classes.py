"""The classes of a finished map: what they are called, and how much of it they take."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import rasterio
from odc.geo.geobox import GeoBox

from app.store import CATEGORIES, ITEM
from geodata.legend import Legend

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class MappedClass:
    """A class, and what of the map has it."""

    value: int
    name: str
    """As the labels call it; may have any printable character."""

    title: str
    color: str
    """`#RRGGBB`."""

    pixels: int
    area_m2: float
    """On the ellipsoid."""


@dataclass(frozen=True, slots=True)
class MappedClasses:
    """The legend of a finished map, in its order."""

    classes: tuple[MappedClass, ...]
    geobox: GeoBox
    """The map's grid."""

    def __iter__(self) -> Iterator[MappedClass]:
        return iter(self.classes)

    @property
    def legend(self) -> Legend:
        """As the map was made with."""
        return Legend.from_json(
            [{"value": c.value, "name": c.name, "title": c.title, "color": c.color} for c in self.classes]
        )


def mapped_classes(landcover: Path) -> MappedClasses:
    """Read the legend from the files of a map; no pixel is read.

    Args:
        landcover: the map; its sidecar and its Item lie beside it.
    """
    with rasterio.open(landcover) as source:
        legend: list[dict[str, Any]] = json.loads(source.tags()["CLASSES"])
        geobox = GeoBox(source.shape, source.transform, str(source.crs.to_wkt()))
    measured = _attribute_table(landcover.with_name(CATEGORIES))
    titles = _titles(json.loads(landcover.with_name(ITEM).read_text("utf-8")))
    classes = tuple(
        MappedClass(
            value=entry["value"],
            name=entry["name"],
            title=titles.get(entry["value"], entry["name"]),
            color=entry["color"],
            pixels=int(measured[entry["value"]]["PixelCount"]),
            area_m2=float(measured[entry["value"]]["Area_m2"]),
        )
        for entry in legend
    )
    return MappedClasses(classes, geobox)


def _attribute_table(sidecar: Path) -> dict[int, dict[str, str]]:
    """Class value -> column -> cell."""
    table = ET.parse(sidecar).getroot().find(".//GDALRasterAttributeTable")  # noqa: S314 - our own file
    assert table is not None, "a map's sidecar has an attribute table"
    columns = [field.findtext("Name", "") for field in table.iter("FieldDefn")]
    rows = [
        dict(zip(columns, [cell.text or "" for cell in row.iter("F")], strict=True))
        for row in table.iter("Row")
    ]
    return {int(row["Value"]): row for row in rows}


def _titles(item: Mapping[str, Any]) -> dict[int, str]:
    (band,) = item["assets"]["landcover"]["bands"]
    return {entry["value"]: entry["title"] for entry in band["classification:classes"]}
