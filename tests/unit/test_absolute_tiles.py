from __future__ import annotations

import numpy as np
import pytest
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from odc.geo.geobox import GeoBox

from geodata.grid import Window
from geodata.imagery.composite_tiles import CompositeTile, in_units
from geodata.imagery.stac.absolute_tiles import by_tile, neighbourhoods, tiles_of
from geodata.imagery.tile_sampling import SAMPLED_TILES, sample_tiles


def grid(left, top, height, width, *, pixel=10.0, anchor=0.0):
    return GeoBox(
        (height, width),
        Affine(pixel, 0, anchor + left * pixel, 0, -pixel, anchor - top * pixel),
        "EPSG:32631",
    )


@given(
    left=st.integers(-700, 700),
    top=st.integers(-700, 700),
    height=st.integers(1, 300),
    width=st.integers(1, 300),
)
def test_tiles_are_those_of_the_endless_grid_and_cover_the_image(left, top, height, width):
    places = tiles_of(grid(left, top, height, width), 100)
    covered = np.zeros((height, width), dtype=int)
    for place in places:
        assert place.geobox.affine.c == place.col * 1000
        assert place.geobox.affine.f == -place.row * 1000
        assert place.geobox.shape == (100, 100)
        inside = place.window.clipped(Window(0, 0, height, width))
        covered[inside.slices] += 1
    assert (covered == 1).all()


def test_images_beside_each_other_have_the_same_tiles():
    one = {(p.row, p.col): p.geobox for p in tiles_of(grid(5, 7, 300, 300, anchor=15.0, pixel=30.0), 64)}
    other = {(p.row, p.col): p.geobox for p in tiles_of(grid(99, 33, 300, 300, anchor=15.0, pixel=30.0), 64)}
    shared = one.keys() & other.keys()
    assert len(shared) > 9
    assert all(one[key] == other[key] for key in shared)


@pytest.mark.parametrize("window", [Window(0, 0, 1, 1), Window(90, 5, 20, 1), Window(10, 10, 0, 5)])
def test_a_window_needs_the_tiles_that_it_touches(window):
    image = grid(3, 4, 250, 250)
    expected = {
        (p.row, p.col)
        for p in tiles_of(image, 100)
        if p.window.clipped(window).height and p.window.clipped(window).width
    }
    assert {(p.row, p.col) for p in tiles_of(image, 100, window)} == expected


def test_neighbours_are_those_of_one_square_row_by_row():
    groups = neighbourhoods(tiles_of(grid(0, 0, 500, 300), 100), 2)
    assert [[(p.row, p.col) for p in group] for group in groups] == [
        [(0, 0), (0, 1), (1, 0), (1, 1)],
        [(0, 2), (1, 2)],
        [(2, 0), (2, 1), (3, 0), (3, 1)],
        [(2, 2), (3, 2)],
        [(4, 0), (4, 1)],
        [(4, 2)],
    ]


def test_pixels_are_grouped_by_their_tile():
    rng = np.random.default_rng(0)
    rows, cols = rng.integers(0, 250, 300), rng.integers(0, 250, 300)
    image = grid(-33, 12, 250, 250)
    groups = by_tile(image, 100, rows, cols)
    assert sorted(np.concatenate([members for _, members in groups])) == list(range(300))
    for window, members in groups:
        assert len(tiles_of(image, 100, window)) == 1
        assert (rows[members].min(), cols[members].min()) == (window.row, window.col)
        assert (rows[members].max(), cols[members].max()) == (
            window.row + window.height - 1,
            window.col + window.width - 1,
        )
    assert by_tile(image, 100, rows[:0], cols[:0]) == []


def tile(value, clear):
    counts = clear.astype(np.uint16)
    return CompositeTile.of([in_units(np.full(clear.shape, value, dtype=np.float32))] * 2, counts)


def test_a_sample_comes_from_a_few_tiles_and_is_the_same_each_time():
    windows = [Window(0, 10 * n, 10, 10) for n in range(50)]
    asked = []

    def read(some):
        asked.extend(some)
        return [[tile(w.col / 1000, np.ones((10, 10), dtype=bool)), tile(0.5, np.eye(10) > 0)] for w in some]

    sample = sample_tiles(windows, read, count=400, rng=np.random.default_rng(0))
    assert sample.shape == (400, 2, 2)
    assert len(asked) == SAMPLED_TILES
    assert len(np.unique(sample[:, 0, 0])) == SAMPLED_TILES
    assert 0 < np.isnan(sample[:, 1]).mean() < 1
    again = sample_tiles(windows, read, count=400, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(sample, again)


def test_a_sample_finds_the_only_clear_pixels():
    windows = [Window(0, 10 * n, 10, 10) for n in range(30)]

    def read(some):
        return [[tile(0.3, np.full((10, 10), w.col == 170) & (np.eye(10) > 0))] for w in some]

    assert sample_tiles(windows, read, count=100, rng=np.random.default_rng(0)).shape == (10, 1, 2)
    nothing = sample_tiles(windows[:3], read, count=100, rng=np.random.default_rng(0))
    assert nothing.shape == (0, 1, 2)
