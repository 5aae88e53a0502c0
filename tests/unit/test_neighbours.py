from __future__ import annotations

import numpy as np
import pytest
from images import stored_numbers, write_image

from geodata.grid import Window, region_on_grid
from geodata.imagery.files import FileImagery
from geodata.imagery.neighbours import Neighbourhoods

SHAPE = (40, 50)


@pytest.fixture
def plain(tmp_path):
    stored = stored_numbers((4, *SHAPE))
    stored[:, 10:14, 20:23] = 0
    with FileImagery.open(write_image(tmp_path / "i.tif", stored, nodata=0)) as imagery:
        yield imagery


def whole(imagery, region):
    return imagery.read_region(region, Window(0, 0, *region.shape)).reflectance


@pytest.mark.parametrize("size", [3, 5])
def test_a_pixel_is_the_mean_of_those_around_it_that_have_a_value(plain, size):
    region = region_on_grid(None, plain.geobox)
    single, found = whole(plain, region), whole(Neighbourhoods(plain, size), region)
    reach = size // 2
    for row, col in [(20, 30), (9, 19), (0, 0), (39, 49), (14, 23)]:
        square = single[0, :, max(row - reach, 0) : row + reach + 1, max(col - reach, 0) : col + reach + 1]
        np.testing.assert_allclose(found[0, :, row, col], np.nanmean(square, axis=(1, 2)), rtol=1e-5)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(single))


def test_windows_and_single_pixels_are_the_whole_cut_up_to_the_last_bit(plain):
    imagery = Neighbourhoods(plain, 3)
    region = region_on_grid(None, plain.geobox)
    expected = whole(imagery, region)
    for window in (Window(0, 0, 7, 11), Window(7, 11, 20, 20), Window(39, 49, 1, 1), Window(8, 0, 3, 50)):
        part = imagery.read_region(region, window).reflectance
        np.testing.assert_array_equal(part, expected[:, :, *window.slices])
    rows, cols = (axis.ravel() for axis in np.indices(SHAPE))
    pixels = imagery.read_pixels(region, rows, cols).reflectance
    np.testing.assert_array_equal(pixels[..., 0].reshape(expected.shape), expected)


def test_one_pixel_is_no_neighbourhood_and_another_size_is_other_imagery(plain):
    region = region_on_grid(None, plain.geobox)
    np.testing.assert_array_equal(whole(Neighbourhoods(plain, 1), region), whole(plain, region))
    assert len({plain.fingerprint, *(Neighbourhoods(plain, size).fingerprint for size in (3, 5))}) == 3
    with pytest.raises(ValueError, match="odd"):
        Neighbourhoods(plain, 2)
