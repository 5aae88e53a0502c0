"""ESA WorldCover as its catalogue has it, but of land that does not exist."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from affine import Affine
from odc.geo.geobox import GeoBox

if TYPE_CHECKING:
    from pathlib import Path

PIXEL_DEG = 1 / 12000
"""Of the real map."""

_COG = "image/tiff; application=geotiff; profile=cloud-optimized"


def write_worldcover(folder: Path, tiles) -> Path:
    """A static catalogue of the map of 2021, and of that of 2020, which shows nothing but trees.

    Args:
        folder: new.
        tiles: name -> (west, south, east, north) and values (h, w).
    """
    folder.mkdir(parents=True)
    links = []
    for name, (bbox, values) in tiles.items():
        for year, version, shown in ((2021, "v200", values), (2020, "v100", np.full_like(values, 10))):
            item = f"ESA_WorldCover_10m_{year}_{version}_{name}"
            (folder / item).mkdir()
            _write_map(folder / item / f"{item}_Map.tif", bbox, shown)
            document = _item(item, year, {"v200": "2.0.0", "v100": "1.0.0"}[version], name, bbox)
            (folder / item / f"{item}.json").write_text(json.dumps(document))
            links.append({"rel": "item", "href": f"./{item}/{item}.json", "type": "application/geo+json"})
    collection = {
        "type": "Collection",
        "stac_version": "1.0.0",
        "id": "esa-worldcover",
        "description": "Global land cover",
        "license": "CC-BY-4.0",
        "extent": {
            "spatial": {"bbox": [[-180, -90, 180, 90]]},
            "temporal": {"interval": [["2020-01-01T00:00:00Z", "2021-12-31T23:59:59Z"]]},
        },
        "links": links,
    }
    (folder / "collection.json").write_text(json.dumps(collection))
    return folder


def true_tiles(simulated, columns=2):
    """The classes of a simulated catalogue's land as so many tiles side by side."""
    west, south, east, north = simulated.bbox
    height = round((north - south) / PIXEL_DEG)
    width = round((east - west) / PIXEL_DEG / columns)
    tiles = {}
    for column in range(columns):
        left = west + column * width * PIXEL_DEG
        grid = GeoBox((height, width), Affine(PIXEL_DEG, 0, left, 0, -PIXEL_DEG, north), "EPSG:4326")
        bbox = (left, north - height * PIXEL_DEG, left + width * PIXEL_DEG, north)
        tiles[f"N48W{9 * column:03d}"] = bbox, simulated.classes(grid)
    return tiles


def _write_map(path: Path, bbox, values) -> None:
    height, width = values.shape
    west, south, east, north = bbox
    transform = Affine((east - west) / width, 0, west, 0, (south - north) / height, north)
    with rasterio.open(
        path, "w", driver="COG", width=width, height=height, count=1, dtype="uint8", nodata=0, crs="EPSG:4326",
        transform=transform, compress="deflate", blocksize=256, overview_resampling="nearest",
    ) as file:  # fmt: skip
        file.write(values, 1)


def _item(name, year, version, tile, bbox):
    west, south, east, north = bbox
    ring = [[east, south], [east, north], [west, north], [west, south], [east, south]]
    return {
        "type": "Feature",
        "stac_version": "1.0.0",
        "id": name,
        "collection": "esa-worldcover",
        "bbox": list(bbox),
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": {
            "datetime": None,
            "start_datetime": f"{year}-01-01T00:00:00Z",
            "end_datetime": f"{year}-12-31T23:59:59Z",
            "esa_worldcover:product_tile": tile,
            "esa_worldcover:product_version": version,
            "mission": "sentinel-1, sentinel-2",
            "platform": "sentinel-1a, sentinel-1b, sentinel-2a, sentinel-2b",
        },
        "assets": {
            "map": {
                "href": f"./{name}_Map.tif",
                "type": _COG,
                "roles": ["data"],
                "raster:bands": [{"nodata": 0}],
            }
        },
        "links": [],
    }
