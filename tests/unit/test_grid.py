from __future__ import annotations

import math

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from odc.geo.geobox import GeoBox
from pyproj import Transformer
from shapely.geometry import Polygon, box

from geodata.errors import OutsideImageryError, RegionError
from geodata.grid import BoundingBox, Window, lonlat_bounds, lonlat_outline, region_on_grid, tiles

# A grid whose origin is no multiple of its pixel size, as warped imagery has it.
IMAGE = GeoBox((960, 943), Affine(10, 0, 424929.6194595002, 0, -10, 5811877.873489065), "EPSG:32630")


def corners_in_pixels(bbox, image):
    to_crs = Transformer.from_crs(4326, str(image.crs), always_xy=True)
    x, y = to_crs.transform([bbox.west, bbox.west, bbox.east, bbox.east], [bbox.south, bbox.north] * 2)
    return np.array([~image.affine @ point for point in zip(x, y, strict=True)])


@pytest.mark.parametrize(
    ("box", "message"),
    [
        ((10, 50, 9, 51), r"west \(10\) is not less than east \(9\).*antimeridian"),
        ((10, 50, 10, 51), "west"),
        ((9, 51, 10, 50), r"south \(51\) is not less than north \(50\)"),
        ((9, 50, 10, 91), r"north is 91, outside ±90"),
        ((9, -90.5, 10, 50), r"south is -90.5, outside ±90"),
        ((-181, 50, 10, 51), r"west is -181, outside ±180"),
        ((9, 50, 361, 51), r"east is 361, outside ±180"),
        ((math.nan, 50, 10, 51), "west is nan; give four numbers"),
        ((9, 50, math.inf, 51), "east is inf"),
    ],
)
def test_a_box_that_is_none_on_earth_is_refused_with_the_reason(box, message):
    with pytest.raises(RegionError, match=message):
        BoundingBox(*box)


def test_without_a_box_the_region_is_all_of_the_imagery():
    region = region_on_grid(None, IMAGE)
    assert region.geobox == IMAGE
    assert region.inside == Window(0, 0, 960, 943)
    assert region.covered == 1.0


@settings(max_examples=50, deadline=None)
@given(
    west=st.floats(-4.09, -4.0),
    south=st.floats(52.37, 52.42),
    wide=st.floats(0.0005, 0.03),
    high=st.floats(0.0005, 0.03),
)
def test_a_region_is_the_smallest_on_the_images_own_grid_that_holds_the_box(west, south, wide, high):
    bbox = BoundingBox(west, south, west + wide, south + high)
    region = region_on_grid(bbox, IMAGE)
    assert region.geobox.affine.c == pytest.approx(IMAGE.affine.c + 10 * region.col_off, abs=1e-6)
    assert region.geobox.affine.f == pytest.approx(IMAGE.affine.f - 10 * region.row_off, abs=1e-6)
    cols, rows = corners_in_pixels(bbox, IMAGE).T
    # The edges bulge by less than a thousandth of a pixel in so small a box.
    assert region.col_off == pytest.approx(math.floor(cols.min()), abs=1)
    assert region.col_off <= cols.min() + 1e-3
    assert region.row_off <= rows.min() + 1e-3
    assert region.col_off + region.shape[1] == pytest.approx(cols.max() + 0.5, abs=0.51)
    assert region.row_off + region.shape[0] == pytest.approx(rows.max() + 0.5, abs=0.51)


def test_a_box_drawn_along_pixel_edges_gains_no_pixels():
    image = GeoBox((100, 200), Affine(0.01, 0, 10, 0, -0.01, 50), "EPSG:4326")
    region = region_on_grid(BoundingBox(10.1, 49.5, 10.3, 49.9), image)
    assert (region.row_off, region.col_off, *region.shape) == (10, 10, 40, 20)


def test_a_box_partly_outside_keeps_its_size_and_says_how_much_is_covered():
    image = GeoBox((100, 100), Affine(0.01, 0, 10, 0, -0.01, 50), "EPSG:4326")
    region = region_on_grid(BoundingBox(9.5, 49.5, 10.5, 50.5), image)
    assert region.shape == (100, 100)
    assert (region.row_off, region.col_off) == (-50, -50)
    assert region.inside == Window(50, 50, 50, 50)
    assert region.covered == pytest.approx(0.25)


def test_a_box_outside_is_refused_with_the_bounds_of_the_imagery():
    west, south, east, north = lonlat_bounds(IMAGE)
    with pytest.raises(OutsideImageryError, match=rf"\[{west:.5f}, {south:.5f}, {east:.5f}, {north:.5f}\]"):
        region_on_grid(BoundingBox(0, 0, 1, 1), IMAGE)


def test_a_box_with_longitude_and_latitude_swapped_is_told_so():
    with pytest.raises(OutsideImageryError, match="seem to be swapped"):
        region_on_grid(BoundingBox(52.38, -4.08, 52.4, -4.0), IMAGE)
    with pytest.raises(OutsideImageryError) as refusal:
        region_on_grid(BoundingBox(0, 0, 1, 1), IMAGE)
    assert "swapped" not in str(refusal.value)


def test_a_box_that_the_crs_cannot_express_is_refused():
    half_of_the_globe = GeoBox((99, 99), Affine(1000, 0, 0, 0, -1000, 0), "+proj=ortho +lat_0=50 +lon_0=10")
    with pytest.raises(RegionError, match="coordinate system"):
        region_on_grid(BoundingBox(-1, -90, 1, 1), half_of_the_globe)


def test_bounds_and_outline_agree_with_the_corners_of_the_grid():
    to_lonlat = Transformer.from_crs(32630, 4326, always_xy=True)
    left, bottom, right, top = IMAGE.boundingbox
    corners = [
        to_lonlat.transform(x, y) for x, y in ((left, top), (left, bottom), (right, bottom), (right, top))
    ]
    outline = Polygon(lonlat_outline(IMAGE))
    assert outline.exterior.is_ccw
    assert outline.symmetric_difference(Polygon(corners)).area < 1e-3 * outline.area
    assert box(*lonlat_bounds(IMAGE)).buffer(1e-9).contains(outline)


def test_the_outline_of_a_grid_whose_rows_run_north_is_counter_clockwise_too():
    assert Polygon(
        lonlat_outline(GeoBox((10, 10), Affine(10, 0, 500000, 0, 10, 5000000), "EPSG:32630"))
    ).exterior.is_ccw


@pytest.mark.parametrize(("shape", "size"), [((7, 5), 3), ((6, 6), 3), ((1, 1), 64), ((10, 3), 4)])
def test_tiles_cover_every_pixel_once(shape, size):
    seen = np.zeros(shape, dtype=int)
    for window in tiles(shape, size):
        assert max(window.height, window.width) <= size
        seen[window.slices] += 1
    assert (seen == 1).all()


def test_windows_that_share_nothing_have_an_empty_intersection():
    shared = Window(0, 0, 4, 4).clipped(Window(10, 10, 4, 4))
    assert shared.height * shared.width == 0


@pytest.mark.parametrize(
    ("box", "width", "parts"),
    [
        ((179.5, -17, -179.5, -16), 1.0, [(179.5, 180), (-180, -179.5)]),
        ((170, -17, -180, -16), 10.0, [(170, 180)]),
        ((180, -17, -175, -16), 5.0, [(-180, -175)]),
        ((10, -17, 12, -16), 2.0, [(10, 12)]),
    ],
)
def test_a_box_over_the_antimeridian_has_a_part_on_either_side(box, width, parts):
    bbox = BoundingBox(*box)
    assert bbox.width == pytest.approx(width)
    assert [(part.west, part.east) for part in bbox.parts] == parts


def test_a_box_over_the_antimeridian_is_at_most_30_degrees_wide():
    assert BoundingBox(165, 0, -165, 1).width == 30
    with pytest.raises(RegionError, match=r"antimeridian.*30° wide"):
        BoundingBox(164.9, 0, -165, 1)


def test_a_region_over_the_antimeridian_lies_on_one_grid_and_says_so_in_degrees():
    image = GeoBox((3000, 3000), Affine(30, 0, 780_000, 0, -30, 8_200_000), "EPSG:32760")
    west, south, east, north = lonlat_bounds(image)
    assert 179 < west < 180
    assert -180 < east < -179
    region = region_on_grid(BoundingBox(179.9, south + 0.1, -179.9, north - 0.1), image)
    assert region.covered == 1.0
    assert region.shape[1] == pytest.approx(0.2 * 111_320 * math.cos(math.radians(16.7)) / 30, rel=0.08)
    outline = np.array(lonlat_outline(image))
    assert outline[:, 0].min() == pytest.approx(west, abs=1e-3)
    assert outline[:, 0].max() == pytest.approx(east + 360, abs=1e-3)
    # Nothing else is said to be near: the box beside lies outside.
    with pytest.raises(OutsideImageryError):
        region_on_grid(BoundingBox(0, south, 1, north), image)
