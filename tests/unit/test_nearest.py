from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from odc.geo.geobox import GeoBox
from pyproj import Transformer

from geodata.nearest import nearest

SOURCE = Affine(20, 0, 500_000, 0, -20, 5_600_000)
VALUES = np.random.default_rng(0).integers(1, 255, (300, 320)).astype(np.uint8)


@pytest.mark.parametrize(
    "target",
    [
        GeoBox((150, 170), Affine(10, 0, 500_100, 0, -10, 5_599_900), "EPSG:32631"),
        GeoBox((150, 170), Affine(10, 0, 499_000, 0, -10, 5_600_800), "EPSG:32631"),
        GeoBox((200, 90), Affine(10, 0, 77_500, 0, -10, 5_613_000), "EPSG:32632"),
        GeoBox((90, 90), Affine(1e-4, 0, 3.01, 0, -1e-4, 50.53), "EPSG:4326"),
        GeoBox((3, 2), Affine(700, 0, 499_700, 0, -700, 5_600_100), "EPSG:32631"),
    ],
)
def test_every_pixel_has_the_value_under_its_middle(target):
    height, width = target.shape
    cols, rows = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    affine = target.affine
    x, y = Transformer.from_crs(str(target.crs), 32631, always_xy=True).transform(
        affine.a * cols + affine.c, affine.e * rows + affine.f
    )
    col, row = (x - 500_000) / 20, (5_600_000 - y) / 20
    inside = (col >= 0) & (col < 320) & (row >= 0) & (row < 300)
    expected = np.zeros((height, width), dtype=np.uint8)
    expected[inside] = VALUES[row[inside].astype(int), col[inside].astype(int)]
    found = nearest(VALUES, SOURCE, "EPSG:32631", target, beyond=0)
    # On the border of two pixels, the lattice's millimetre may decide.
    sure = (np.abs(col % 1 - 0.5) < 0.4999) & (np.abs(row % 1 - 0.5) < 0.4999)
    assert sure.mean() > 0.99
    np.testing.assert_array_equal(found[sure], expected[sure])
    assert (expected > 0).any()
