"""The class map of a simulated catalogue, and labels drawn from it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from rasterio.windows import Window

from geodata.gdal import gdal_settings
from geodata.simulation.catalogue_grid import places_on
from geodata.simulation.endless_land import SHADES
from geodata.simulation.land_year import class_values, legend
from geodata.simulation.scene_files import draw_labels, label_document
from geodata.simulation.scenes import Scene

if TYPE_CHECKING:
    from pathlib import Path

    from geodata.simulation.catalogue_plan import Plan
    from geodata.simulation.endless_land import EndlessLand

LABELS = {"labels": 5, "labels_pool": 40, "labels_test": 100}
"""Points a class in each file; no point is in two."""

_LABELLED = 1000  # cells along the side of the part that labels are drawn from, from the north-west corner on
_TILE = 1024


def write_labels(land: EndlessLand, plan: Plan, folder: Path) -> None:
    """Writes `classes.tif` (10 m, the whole square), and points inside fields: `labels.geojson` and the like."""
    region, values, classes = plan.region, class_values(), legend()
    with (
        gdal_settings(),
        rasterio.open(
            folder / "classes.tif", "w", driver="GTiff", width=region.cols, height=region.rows, count=1,
            dtype="uint8", nodata=0, crs=f"EPSG:{region.epsg}", transform=region.geobox.transform, tiled=True,
            blockxsize=256, blockysize=256, compress="deflate",
        ) as file,
    ):  # fmt: skip
        for row in range(0, region.rows, _TILE):
            for col in range(0, region.cols, _TILE):
                tile = region.part(row, col, min(_TILE, region.rows - row), min(_TILE, region.cols - col))
                stored = values[places_on(land, tile, region.epsg)]
                file.write(stored, 1, window=Window(col, row, tile.cols, tile.rows))
        file.write_colormap(1, {c.value: (*c.rgb, 255) for c in classes})

    part = region.part(0, 0, min(region.rows, _LABELLED), min(region.cols, _LABELLED))
    places = places_on(land, part, region.epsg)
    none = np.empty((0, *places.shape), dtype=np.float32)
    scene = Scene(none, values[places], places // SHADES, classes, (), part.geobox)
    for (name, _), pixels in zip(LABELS.items(), draw_labels(scene, *LABELS.values()), strict=True):
        text = json.dumps(label_document(scene, pixels)) + "\n"
        (folder / f"{name}.geojson").write_text(text, "utf-8")
