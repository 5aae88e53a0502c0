"""Small images on disk, and what they hold."""

from __future__ import annotations

import numpy as np
import rasterio
from affine import Affine

from geodata.grid import Window

TRANSFORM = Affine(10, 0, 424929.62, 0, -10, 5811877.87)
NAMES = ("B02", "B03", "B04", "B08")


def stored_numbers(shape=(4, 150, 170), dtype="uint16", low=200, high=4000):
    return np.random.default_rng(0).integers(low, high, shape).astype(dtype)


def write_image(path, stored, *, names=NAMES, scales=None, offsets=None, tags=None, **profile):
    count, height, width = stored.shape
    profile = {"driver": "GTiff", "crs": "EPSG:32630", "transform": TRANSFORM} | profile
    with rasterio.open(
        path, "w", count=count, height=height, width=width, dtype=stored.dtype, **profile
    ) as image:
        image.write(stored)
        for i, name in enumerate(names[:count], start=1):
            if name:
                image.set_band_description(i, name)
        if scales:
            image.scales, image.offsets = scales, offsets
        image.update_tags(**(tags or {}))
    return path


def whole(imagery):
    return imagery.read(Window(0, 0, *imagery.geobox.shape)).reflectance[0]
