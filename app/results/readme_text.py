"""What the files in a map's ZIP are, in a few lines for whoever opens it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_FILES = """\
landcover.tif          class of each pixel; 0 is nodata
landcover.tif.aux.xml  names and areas of the classes, for GDAL; keep it beside the map
landcover.qml          style for QGIS, found by its name
legend.csv             value, name, title, color, pixels and hectares of each class
confidence.tif         how sure the model is of the class, in per cent; 255 is nodata
observations.tif       where there is one: on how many days each pixel was seen clear
item.json              STAC Item: grid, dates, imagery, model, legend
"""


def readme_text(item: Path) -> bytes:
    """UTF-8.

    Args:
        item: the map's STAC Item.
    """
    described: dict[str, Any] = json.loads(item.read_text("utf-8"))
    properties = described["properties"]
    west, south, east, north = described["bbox"]
    lines = [
        f"Land-cover map {described['id']}, made by Landshot",
        "",
        f"Region   {west}, {south}, {east}, {north} (west, south, east, north in degrees)",
        f"Grid     {properties.get('proj:code') or 'see item.json'}",
        f"Imagery  {properties.get('landshot:imagery', 'see item.json')}{_when(properties)}",
        "",
        _FILES,
        "Derived from the imagery that item.json names and from labels; their licences go on to the map.",
        "",
    ]
    return "\n".join(lines).encode()


def _when(properties: Mapping[str, Any]) -> str:
    if day := properties.get("datetime"):
        return f", {day[:10]}"
    first, last = properties["start_datetime"], properties["end_datetime"]
    return "" if last.startswith("9999") else f", {first[:10]} to {last[:10]}"
