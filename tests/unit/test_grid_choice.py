from __future__ import annotations

import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from odc.geo.geobox import GeoBox
from pyproj import Transformer
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_utm_crs_info
from shapely.geometry import Polygon, box, shape

from geodata.errors import RegionError
from geodata.footprints import lonlat_rings
from geodata.grid import BoundingBox, Window, lonlat_outline, region_on_grid
from geodata.grid_choice import area_km2, grid_for, part_of_grid, utm_crs
from geodata.map_stac import _geometry


@settings(max_examples=60, deadline=None)
@given(lon=st.floats(-179.4, 179.4), lat=st.floats(-79, 83), resolution=st.sampled_from([10.0, 20.0, 30.0]))
def test_a_grid_is_the_smallest_of_whole_pixels_that_holds_the_box(lon, lat, resolution):
    bbox = BoundingBox(lon, lat, lon + 0.05, lat + 0.03)
    grid = grid_for(bbox, resolution)
    assert grid.affine.c % resolution == 0
    assert grid.affine.f % resolution == 0
    region = region_on_grid(bbox, grid)
    assert region.geobox == grid
    assert region.inside == Window(0, 0, *region.shape)


@pytest.mark.parametrize(
    ("lon", "lat"), [(3.02, 50.8), (-9.0, -33.0), (120.01, 1.0), (-179.9, 60.0), (179.9, -10.0), (5.9, 47.0)]
)
def test_the_zone_is_that_of_the_centre(lon, lat):
    there = AreaOfInterest(lon, lat, lon, lat)
    (expected,) = query_utm_crs_info(datum_name="WGS 84", area_of_interest=there)
    assert utm_crs(BoundingBox(lon - 0.01, lat - 0.01, lon + 0.01, lat + 0.01)) == f"EPSG:{expected.code}"


@pytest.mark.parametrize(
    ("box", "code"),
    [
        ((5, 60, 5.1, 60.1), 32632),  # Bergen: zone 32 reaches over zone 31
        ((10, 78, 10.1, 78.1), 32633),  # Svalbard has no zone 32
        ((8, 78, 8.1, 78.1), 32631),
        ((25, 78, 25.1, 78.1), 32635),
        ((179.9, -17, -179.8, -16.9), 32701),
        ((179.7, -17, -179.9, -16.9), 32760),
        ((10, 85, 11, 86), 3413),
        ((10, -86, 11, -85), 3031),
    ],
)
def test_exceptions_to_the_zones_and_places_without_any(box, code):
    assert utm_crs(BoundingBox(*box)) == f"EPSG:{code}"


def test_a_box_over_the_border_of_two_zones_or_the_antimeridian_gets_one_grid():
    border = grid_for(BoundingBox(5.9, 47, 6.2, 47.1), 10)
    assert str(border.crs) == "EPSG:32632"
    crossing = BoundingBox(179.9, -17, -179.9, -16.9)
    grid = grid_for(crossing, 10)
    assert grid.shape[1] * 10 == pytest.approx(0.2 * 106_500, rel=0.02)
    to_lonlat = Transformer.from_crs(str(grid.crs), 4326, always_xy=True)
    lon, _ = to_lonlat.transform(grid.boundingbox.left, grid.boundingbox.top)
    assert lon == pytest.approx(179.9, abs=0.01)


def test_pixels_can_be_anchored_elsewhere():
    bbox = BoundingBox(3, 50, 3.1, 50.1)
    assert grid_for(bbox, 30, anchor=(15, 15)).affine.c % 30 == 15
    assert grid_for(bbox, 30, anchor=(300_015, 45)).affine == grid_for(bbox, 30, anchor=(15, 15)).affine


def test_what_cannot_be_a_grid_is_refused():
    with pytest.raises(RegionError, match="0 m is no pixel size"):
        grid_for(BoundingBox(3, 50, 3.1, 50.1), 0)
    with pytest.raises(RegionError, match="too near a pole"):
        grid_for(BoundingBox(-100, -90, 100, 90), 10)


def test_parts_of_a_grid_lie_on_it():
    grid = GeoBox((10, 10), Affine(10, 0, 100, 0, -10, 200), "EPSG:32631")
    assert part_of_grid(grid, -2, 3, 4, 5) == GeoBox((4, 5), Affine(10, 0, 130, 0, -10, 220), "EPSG:32631")


def test_areas_are_those_of_the_ellipsoid():
    # The whole Earth, and a degree at the equator (111.32 km by 110.57 km).
    assert area_km2(BoundingBox(-180, -90, 180, 90)) == pytest.approx(510_065_622, rel=1e-5)
    assert area_km2(BoundingBox(0, 0, 1, 1)) == pytest.approx(12_309, rel=1e-4)
    assert area_km2(BoundingBox(179.5, 0, -179.5, 1)) == pytest.approx(area_km2(BoundingBox(0, 0, 1, 1)))


def test_outlines_over_the_antimeridian_are_cut_there():
    grid = grid_for(BoundingBox(179.9, -17, -179.9, -16.9), 100)
    rings = lonlat_rings(grid)
    assert len(rings) == 2
    whole = Polygon(lonlat_outline(grid))
    assert sum(Polygon(ring).area for ring in rings) == pytest.approx(whole.area)
    assert all(Polygon(ring).exterior.is_ccw for ring in rings)
    assert all(box(-180, -90, 180, 90).covers(Polygon(ring)) for ring in rings)
    geometry = _geometry(grid)
    assert geometry["type"] == "MultiPolygon"
    assert shape(geometry).area == pytest.approx(whole.area, rel=1e-6)
    assert len(lonlat_rings(grid_for(BoundingBox(3, 50, 3.1, 50.1), 100))) == 1
