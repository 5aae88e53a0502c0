"""What the demonstration shows of its map: accuracy against the simulated truth, and a preview."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
from pyproj import Transformer

from app.preview import Marker, draw_preview, true_colour
from geodata.accuracy import accuracy
from geodata.imagery.files import FileImagery
from geodata.legend import Legend

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def report(folder: Path, *, truth: Path, labels: dict[str, Any]) -> list[str]:
    """Compare `landcover.tif` in `folder` with the truth, draw `preview.png`, and say how good it is.

    Args:
        folder: has imagery.tif and landcover.tif.
        truth: class values that mean the same as the map's.
        labels: the GeoJSON that the map was made from; these pixels are left out of the comparison.
    """
    with rasterio.open(folder / "landcover.tif") as source:
        mapped: NDArray[np.uint8] = source.read(1)
        legend = Legend.from_json(json.loads(source.tags()["CLASSES"]))
        markers = _markers(labels, legend, source)
    with rasterio.open(truth) as source:
        expected = _indexes(source.read(1), legend)
    found = _indexes(mapped, legend)
    compared = (expected >= 0) & (found >= 0)
    compared[[int(marker.row) for marker in markers], [int(marker.col) for marker in markers]] = False
    figures = accuracy(expected[compared], found[compared], len(legend))
    recall = ", ".join(f"{c.name} {share:.2f}" for c, share in zip(legend, figures.recall, strict=True))

    scene = FileImagery.open(folder / "imagery.tif")
    areas = {entry.value: float(np.count_nonzero(mapped == entry.value)) for entry in legend}
    picture = draw_preview(
        _rgb(scene),
        mapped,
        legend,
        markers=markers,
        areas_m2=areas,
        caption=f"Simulated region; balanced accuracy {figures.balanced:.2f} against the truth",
    )
    picture.save(folder / "preview.png", optimize=True)
    return [
        "",
        f"balanced accuracy {figures.balanced:.3f} on {np.count_nonzero(compared):,} unlabelled pixels",
        f"recall: {recall}",
        "",
    ]


def _markers(labels: dict[str, Any], legend: Legend, source: rasterio.DatasetReader) -> list[Marker]:
    to_map = Transformer.from_crs(4326, source.crs, always_xy=True)
    markers = []
    for feature in labels["features"]:
        x, y = to_map.transform(*feature["geometry"]["coordinates"][:2])
        col, row = ~source.transform @ (x, y)
        entry = legend.classes[legend.index_of(feature["properties"]["class"])]
        markers.append(Marker(row, col, entry))
    return markers


def _indexes(values: NDArray[np.uint8], legend: Legend) -> NDArray[np.int64]:
    """Class values -> positions in the legend; -1 where there is no class."""
    positions = np.full(256, -1, dtype=np.int64)
    for index, entry in enumerate(legend):
        positions[entry.value] = index
    return positions[values]


def _rgb(scene: FileImagery) -> NDArray[np.uint8]:
    from geodata.grid import Window  # noqa: PLC0415 - beside its only use

    height, width = scene.geobox.shape
    cube = scene.read(Window(0, 0, height, width))
    bands = {band.common_name: index for index, band in enumerate(scene.bands)}
    red, green, blue = (cube.reflectance[0, bands[name]] for name in ("red", "green", "blue"))
    return true_colour(red, green, blue)
