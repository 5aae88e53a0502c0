from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from odc.geo.geobox import GeoBox
from rasterio.io import MemoryFile
from rio_tiler.io import Reader

from app.live.canvas import cut_tile
from app.live.grid import TMS, MapGrid, Tile
from app.live.thinning import Thinning
from geodata.grid import Window, region_on_grid

GRIDS = {
    "UTM": GeoBox((300, 400), Affine(10, 0, 6e5, 0, -10, 5.7e6), "EPSG:32631"),
    "far from its meridian": GeoBox((300, 400), Affine(30, 0, 9.5e5, 0, -30, 7.6e6), "EPSG:32633"),
    "degrees": GeoBox((200, 250), Affine(1e-4, 0, -70.1, 0, -1e-4, -8.2), "EPSG:4326"),
    "Web Mercator": GeoBox((400, 300), Affine(20, 0, 5e5, 0, -20, 6.6e6), "EPSG:3857"),
    "over the antimeridian": GeoBox((300, 400), Affine(100, 0, 7.2e5, 0, -100, 8.1e6), "EPSG:32760"),
    "rows that run north": GeoBox((300, 400), Affine(10, 0, 6e5, 0, 10, 5.7e6), "EPSG:32631"),
}


@pytest.fixture(params=list(GRIDS), ids=str)
def geobox(request):
    return GRIDS[request.param]


@pytest.mark.filterwarnings("ignore")  # of rio-tiler's reader
def test_the_pixels_under_a_tile_are_all_that_it_can_show(geobox):
    height, width = (int(side) for side in geobox.shape)
    values = np.random.default_rng(0).integers(1, 200, (1, height, width)).astype(np.uint8)
    grid = MapGrid.of(geobox)
    profile = {
        "driver": "GTiff", "height": height, "width": width, "count": 1, "dtype": "uint8", "nodata": 0,
        "crs": str(geobox.crs), "transform": geobox.affine, "tiled": True, "blockxsize": 512, "blockysize": 512,
    }  # fmt: skip
    west, south, east, north = grid.bounds_lonlat
    middle = (west + (east - west) % 360 / 2 + 180) % 360 - 180
    compared = 0
    with MemoryFile() as memory:
        with memory.open(**profile) as file:
            file.write(values)
        with memory.open() as file, Reader(None, dataset=file) as reader:
            for zoom in (0, 4, grid.minzoom, grid.maxzoom, grid.maxzoom + 2):
                at = TMS.tile(middle, (south + north) / 2, zoom)
                for across, down in ((0, 0), (-1, 0), (0, 1), (1, -1), (3, 0)):
                    tile = Tile(zoom, at.x + across, at.y + down, 256)
                    if not (0 <= tile.x < 2**zoom and 0 <= tile.y < 2**zoom):
                        continue
                    window = grid.under(tile)
                    if window is None:
                        if reader.tile_exists(tile.x, tile.y, tile.z):
                            assert not reader.tile(tile.x, tile.y, tile.z, tilesize=256).mask.any()
                        continue
                    rows, cols = window.slices
                    made = cut_tile(values[:, rows, cols], window, geobox, tile, nodata=0)
                    expected = reader.tile(tile.x, tile.y, tile.z, tilesize=256)
                    np.testing.assert_array_equal(made.array.filled(0), expected.array.filled(0))
                    compared += bool(expected.mask.any())
    assert compared >= 4


def test_a_tile_elsewhere_shows_nothing(geobox):
    assert MapGrid.of(geobox).under(Tile(8, 17, 200, 256)) is None


def test_zooms_are_those_of_the_pixels():
    grid = MapGrid.of(GRIDS["UTM"])
    assert (grid.minzoom, grid.maxzoom) == (12, 13)
    at = TMS.tile(4.45, 51.43, 13)
    assert grid.is_native(Tile(13, at.x, at.y, 256))
    assert grid.is_native(Tile(12, at.x // 2, at.y // 2, 512))
    assert not grid.is_native(Tile(12, at.x // 2, at.y // 2, 256))


def test_the_window_of_the_whole_world_is_the_whole_map():
    grid = MapGrid.of(GRIDS["UTM"])
    assert grid.under(Tile(0, 0, 0, 256)) == Window(0, 0, 300, 400)


def test_thinned_pixels_stand_in_the_middle_of_what_they_stand_for():
    region = region_on_grid(None, GRIDS["UTM"])
    thin = Thinning.of(region, Window(31, 47, 100, 200), 9)
    assert (thin.rows % 9 == 4).all()
    assert (thin.cols % 9 == 4).all()
    assert thin.rows[0] <= 31 + 9
    assert thin.rows[-1] >= 130 - 9
    for row, col in ((0, 0), (5, 7)):
        centre = thin.geobox.affine @ (col + 0.5, row + 0.5)
        assert centre == pytest.approx(region.geobox.affine @ (thin.cols[col] + 0.5, thin.rows[row] + 0.5))
