from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from odc.geo.geobox import GeoBox
from pyproj import Transformer
from rasterio.transform import rowcol

from geodata.places import pixel_at, pixel_centres

UTM = GeoBox((192, 256), Affine(10, 0, 600_000, 0, -10, 5_700_000), "EPSG:32631")
TURNED = GeoBox((90, 70), Affine(8, 3, 600_000, 2, -9, 5_700_000), "EPSG:32631")
OVER_THE_LINE = GeoBox((100, 200), Affine(0.1, 0, 170, 0, -0.1, 10), "EPSG:4326")

WITHIN = st.floats(0.01, 0.99)  # of a pixel: on its edge, rounding decides


@pytest.mark.parametrize("grid", [UTM, TURNED], ids=["north up", "turned"])
@given(row=st.integers(0, 89), col=st.integers(0, 69), down=WITHIN, along=WITHIN)
def test_a_place_is_in_the_pixel_that_rasterio_finds(grid, row, col, down, along):
    x, y = grid.affine @ (col + along, row + down)
    lon, lat = Transformer.from_crs(32631, 4326, always_xy=True).transform(x, y)
    back = Transformer.from_crs(4326, 32631, always_xy=True).transform(lon, lat)
    assert pixel_at(lon, lat, grid) == tuple(int(n) for n in rowcol(grid.affine, *back))


@pytest.mark.parametrize("grid", [UTM, TURNED, OVER_THE_LINE], ids=["north up", "turned", "antimeridian"])
def test_the_middle_of_a_pixel_is_in_it(grid):
    height, width = grid.shape
    rows, cols = (np.random.default_rng(0).integers(0, most, 50) for most in (height, width))
    for row, col, lon, lat in zip(rows, cols, *pixel_centres(rows, cols, grid), strict=True):
        assert pixel_at(lon, lat, grid) == (row, col)


@pytest.mark.parametrize("offset", [(-0.01, 0.5), (1.01, 0.5), (0.5, -0.01), (0.5, 1.01)])
def test_beside_the_grid_there_is_no_pixel(offset):
    x, y = UTM.affine @ (offset[0] * 256, offset[1] * 192)
    lon, lat = Transformer.from_crs(32631, 4326, always_xy=True).transform(x, y)
    assert pixel_at(lon, lat, UTM) is None


@pytest.mark.parametrize("place", [(0, 90), (180, -90), (-180, 0), (94.0, 51.0)])
def test_places_far_away_are_beside_every_grid(place):
    assert pixel_at(*place, UTM) is None


def test_beyond_the_antimeridian_a_grid_in_degrees_goes_on():
    assert pixel_at(-175.05, 5.05, OVER_THE_LINE) == (49, 149)
    assert pixel_at(175.05, 5.05, OVER_THE_LINE) == (49, 50)
