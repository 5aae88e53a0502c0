"""Scenes as a search gives them, without any file behind them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
from shapely.geometry import box

from geodata.imagery.stac.scene import BandAsset, MaskAsset, Scene
from geodata.imagery.stac.views import View
from geodata.sensors import SENSORS

BANDS = tuple(band for band in SENSORS["sentinel-2"].bands if band.name in {"B03", "B04", "B08"})


def scene(name="a", day="2025-06-01", *, bands=BANDS, outline=None, **changes):
    time = datetime.fromisoformat(f"{day}T11:00:00").replace(tzinfo=UTC)
    given = {
        "id": name,
        "collection": "sentinel-2-l2a",
        "href": f"https://example.org/{name}.json",
        "time": time,
        "solar_day": (time + timedelta(minutes=12)).date(),
        "sensor": "sentinel-2",
        "platform": "sentinel-2a",
        "cloud_cover": 12.5,
        "processing_baseline": "05.11",
        "boa_offset_applied": True,
        "crs": "EPSG:32631",
        "outline": outline or box(3.0, 50.0, 3.1, 50.1),
        "bands": tuple(
            BandAsset(f"https://example.org/{name}/{band.name}.tif", band, 10.0, 0.0, 1e-4, 0.0)
            for band in bands
        ),
        "mask": MaskAsset(f"https://example.org/{name}/SCL.tif", "scl"),
    }
    return Scene(**(given | changes))


def view(name="a", day="2025-06-01", clear=1.0, *, lattice=None, **changes):
    """Of 10 x 10 cells; clear is a share, or the cells."""
    if np.isscalar(clear):
        cells = np.zeros(100, dtype=bool)
        cells[: round(100 * clear)] = True
        clear = cells.reshape(10, 10)
    return View(scene(name, day, **changes), np.asarray(clear), lattice)
