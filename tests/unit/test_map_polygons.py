"""Finished maps as polygons: the same ground as the pixels, to another GDAL too."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import rasterio
from finished_maps import (
    DATELINE,
    DEGREES,
    FLANDERS,
    LEGEND,
    box_of,
    expected_window,
    finish_map,
)
from pyproj import Geod
from starlette.testclient import TestClient

from app.main import create_app
from app.results import polygons
from app.settings import Settings

A, B, C = "a" * 32, "b" * 32, "c" * 32


def read(response, tmp_path):
    assert response.status_code == 200, response.text
    path = tmp_path / "map.gpkg"
    path.write_bytes(response.content)
    return geopandas.read_file(path, layer="landcover")


@pytest.mark.parametrize(("map_id", "geobox"), [(A, FLANDERS), (B, DEGREES), (C, DATELINE)])
def test_polygons_cover_each_class_where_it_is(maps_client, finished, map_id, geobox, tmp_path):
    table = read(maps_client.get(f"/maps/{map_id}/landcover.gpkg"), tmp_path)
    assert list(table.columns) == ["value", "name", "title", "area_m2", "geometry"]
    assert table.crs == str(geobox.crs)
    assert table.geometry.is_valid.all()
    assert set(zip(table["value"], table["name"], table["title"], strict=True)) == {
        (c.value, c.name, c.title) for c in LEGEND.classes[:-1]
    }
    burnt = rasterio.features.rasterize(
        zip(table.geometry, table["value"], strict=True),
        out_shape=tuple(geobox.shape),
        transform=geobox.affine,
        dtype="uint8",
    )
    np.testing.assert_array_equal(burnt, finished[map_id].classes)
    areas = {
        row["value"]: row["area_m2"] for row in maps_client.get(f"/maps/{map_id}/areas").json()["classes"]
    }
    for value, area in table.groupby("value")["area_m2"].sum().items():
        assert area == pytest.approx(areas[value], abs=len(table) * 0.01)


def test_areas_of_polygons_are_those_on_the_ground(maps_client, tmp_path):
    table = read(maps_client.get(f"/maps/{A}/landcover.gpkg"), tmp_path).to_crs(4326)
    geod = Geod(ellps="WGS84")
    ground = np.array([abs(geod.geometry_area_perimeter(shape)[0]) for shape in table.geometry])
    np.testing.assert_allclose(table["area_m2"], ground, rtol=1e-3)


def test_polygons_of_a_box_and_without_small_patches(maps_client, finished, tmp_path):
    bbox = box_of(FLANDERS, (100, 180), (37, 201))
    all_of_it = read(maps_client.get(f"/maps/{A}/landcover.gpkg", params={"bbox": bbox}), tmp_path)
    expected, window = expected_window(FLANDERS, finished[A].classes, bbox)
    left, top = FLANDERS.affine @ (window.col, window.row)
    assert all_of_it.total_bounds[[0, 3]] == pytest.approx([left, top])
    assert all_of_it.area.sum() == pytest.approx(100 * np.count_nonzero(expected))
    sieved = read(
        maps_client.get(f"/maps/{A}/landcover.gpkg", params={"bbox": bbox, "min_pixels": 30}), tmp_path
    )
    assert len(sieved) < len(all_of_it) / 3
    assert sieved.area.min() >= 30 * 100
    assert sieved.area.sum() == pytest.approx(all_of_it.area.sum())


@pytest.mark.parametrize("min_pixels", ["0", "-1", "x", "10001", "1.5"])
def test_the_smallest_patch_has_bounds(maps_client, min_pixels):
    response = maps_client.get(f"/maps/{A}/landcover.gpkg", params={"min_pixels": min_pixels})
    assert response.status_code == 422
    assert response.json()["errors"][0]["where"] == "min_pixels"


def test_too_many_polygons_are_refused_before_they_are_made(maps_client, monkeypatch):
    monkeypatch.setattr(polygons, "MOST_POLYGONS", 50)
    response = maps_client.get(f"/maps/{A}/landcover.gpkg")
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["where"] == "min_pixels"
    assert "more than 50 polygons; raise min_pixels" in error["reason"]


def test_polygons_come_in_batches_and_are_the_same(maps_client, monkeypatch, tmp_path):
    whole = read(maps_client.get(f"/maps/{B}/landcover.gpkg"), tmp_path)
    monkeypatch.setattr(polygons, "_BATCH", 7)
    parts = read(maps_client.get(f"/maps/{B}/landcover.gpkg"), tmp_path)
    assert whole.equals(parts)


def test_a_map_without_any_class_has_a_layer_without_polygons(tmp_path):
    app = create_app(Settings(data_dir=tmp_path / "data"))
    finish_map(app.state.service.store, A, DEGREES, classes=np.zeros(tuple(DEGREES.shape), np.uint8))
    http = TestClient(app)
    table = read(http.get(f"/maps/{A}/landcover.gpkg"), tmp_path)
    assert len(table) == 0
    assert list(table.columns) == ["value", "name", "title", "area_m2", "geometry"]
    areas = http.get(f"/maps/{A}/areas").json()
    assert areas["nodata"]["share"] == 1
    assert http.get(f"/maps/{A}/landcover.zip").status_code == 200
