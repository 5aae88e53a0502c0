"""Downloads of finished maps over HTTP: each says the same as the map does, to foreign readers too."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
import zipfile
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import rasterio
from finished_maps import (
    FLANDERS,
    LEGEND,
    box_of,
    expected_window,
    finish_map,
    patchwork,
)
from odc.geo.geobox import GeoBox
from pyproj import Geod
from rasterio.io import MemoryFile
from rasterio.windows import Window as RasterWindow
from rio_cogeo import cog_validate
from shapely.geometry import Polygon
from starlette.testclient import TestClient

from app.main import create_app
from app.results import archive, excerpt
from app.settings import Settings
from geodata.areas import row_areas_m2
from geodata.grid import BoundingBox, lonlat_outline, pixel_window

A, B, C = "a" * 32, "b" * 32, "c" * 32


@pytest.mark.parametrize(
    ("map_id", "rows", "cols"),
    [
        (A, (100, 180), (37, 201)),
        (A, (0, 300), (0, 420)),
        (A, (250, 700), (-90, 60)),
        (B, (10, 11), (10, 11)),
        (B, (-50, 300), (-50, 300)),
        (C, (20, 60), (180, 330)),
    ],
)
def test_a_box_of_a_map_has_the_same_pixels(maps_client, finished, map_id, rows, cols):
    geobox = finished[map_id].geobox
    bbox = box_of(geobox, rows, cols)
    response = maps_client.get(f"/maps/{map_id}/landcover.tif", params={"bbox": bbox})
    assert response.status_code == 200, response.text
    expected, window = expected_window(geobox, finished[map_id].classes, bbox)
    with (
        MemoryFile(response.content) as memory,
        memory.open() as part,
        rasterio.open(finished[map_id].folder / "landcover.tif") as whole,
    ):
        assert cog_validate(part.name, strict=True) == (True, [], [])
        np.testing.assert_array_equal(part.read(1), expected)
        assert part.transform.almost_equals(
            geobox.affine @ geobox.affine.translation(window.col, window.row), 1e-9
        )
        assert (part.crs, part.nodata, part.dtypes) == (whole.crs, 0, ("uint8",))
        assert part.colormap(1) == whole.colormap(1)
        assert json.loads(part.tags()["CLASSES"]) == json.loads(whole.tags()["CLASSES"])
        assert part.tags()["LANDSHOT_IMAGERY"] == "made up"
        assert part.descriptions == ("land_cover",)
    assert int(response.headers["content-length"]) == len(response.content)


def test_a_box_over_the_antimeridian_has_west_beyond_east(maps_client):
    response = maps_client.get(f"/maps/{C}/landcover.tif", params={"bbox": "179.8,-16.6,-179.8,-16.4"})
    assert response.status_code == 200
    with MemoryFile(response.content) as memory, memory.open() as part:
        assert np.count_nonzero(part.read(1)) > 0
        assert 70 < part.width < 100


def test_a_part_has_the_same_bytes_each_time(maps_client):
    params = {"bbox": box_of(FLANDERS, (5, 90), (5, 90))}
    first, again = (maps_client.get(f"/maps/{A}/landcover.tif", params=params) for _ in range(2))
    assert first.content == again.content
    assert first.headers["etag"] == again.headers["etag"]


def test_without_a_box_the_whole_file_comes_with_ranges(maps_client, finished):
    content = (finished[A].folder / "landcover.tif").read_bytes()
    whole = maps_client.get(f"/maps/{A}/landcover.tif")
    assert whole.content == content
    part = maps_client.get(f"/maps/{A}/landcover.tif", headers={"range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, content[10:20])


def test_a_box_far_beyond_the_map_does_not_take_the_disk(maps_client):
    response = maps_client.get(f"/maps/{A}/landcover.tif", params={"bbox": "-40,10,60,80"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["where"] == "bbox"


@pytest.mark.parametrize("map_id", [A, B, C])
def test_areas_add_up_to_the_region(maps_client, finished, map_id):
    finished = finished[map_id]
    areas = maps_client.get(f"/maps/{map_id}/areas").json()
    parts = [*areas["classes"], areas["nodata"]]
    for name in ("pixels", "area_m2"):
        assert sum(part[name] for part in parts) == pytest.approx(areas["total"][name])
    assert sum(part["share"] for part in parts) == pytest.approx(1, abs=1e-5)
    assert areas["total"]["pixels"] == finished.classes.size
    ground, _ = Geod(ellps="WGS84").geometry_area_perimeter(Polygon(lonlat_outline(finished.geobox)))
    assert areas["total"]["area_m2"] == pytest.approx(ground, rel=1e-3)
    rows = row_areas_m2(finished.geobox)
    for entry, known in zip(areas["classes"], LEGEND, strict=True):
        assert (entry["value"], entry["name"], entry["title"]) == (known.value, known.name, known.title)
        assert entry["pixels"] == np.count_nonzero(finished.classes == known.value)
        assert entry["area_m2"] == pytest.approx(
            rows @ np.count_nonzero(finished.classes == known.value, axis=1)
        )


def test_the_style_gives_each_value_its_colour_and_title(maps_client):
    response = maps_client.get(f"/maps/{A}/landcover.qml")
    assert response.headers["content-type"] == "application/x-qgis-layer-settings"
    assert response.content.startswith(b"<!DOCTYPE qgis")
    root = ET.fromstring(response.content)  # noqa: S314 - our own file
    assert int(root.get("version").split(".")[0]) == 3
    renderer = root.find("pipe/rasterrenderer")
    assert (renderer.get("type"), renderer.get("band")) == ("paletted", "1")
    entries = {int(e.get("value")): (e.get("color"), e.get("label")) for e in renderer.iter("paletteEntry")}
    assert entries == {c.value: (c.color.lower(), c.title) for c in LEGEND}


def test_the_legend_is_a_table_without_formulas(maps_client, finished):
    response = maps_client.get(f"/maps/{A}/legend.csv")
    assert response.headers["content-type"].startswith("text/csv; charset=utf-8")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert [int(row["value"]) for row in rows] == [c.value for c in LEGEND]
    by_value = {int(row["value"]): row for row in rows}
    assert by_value[80]["name"] == "'=2+5+cmd|' /C calc'!A0"
    assert (by_value[80]["title"], by_value[254]["title"]) == ("'+Wasser", "'@urban")
    assert (by_value[3]["name"], by_value[3]["title"]) == ("Wald & <Wiese>", 'Wiese, "nass"')
    assert by_value[254]["name"] == "水"
    assert int(by_value[10]["pixels"]) == np.count_nonzero(finished[A].classes == 10)
    assert float(by_value[10]["area_ha"]) == pytest.approx(int(by_value[10]["pixels"]) / 100, rel=2e-3)


def test_the_archive_holds_all_of_the_map(maps_client, finished, tmp_path):
    response = maps_client.get(f"/maps/{A}/landcover.zip")
    assert response.headers["content-type"] == "application/zip"
    assert int(response.headers["content-length"]) == len(response.content)
    with zipfile.ZipFile(io.BytesIO(response.content)) as packed:
        assert packed.testzip() is None
        assert packed.namelist() == [
            "landcover.tif",
            "landcover.tif.aux.xml",
            "confidence.tif",
            "observations.tif",
            "item.json",
            "landcover.qml",
            "legend.csv",
            "README.txt",
        ]
        packed.extractall(tmp_path)
        modes = {info.external_attr >> 16 for info in packed.infolist()}
    assert modes == {0o644}
    for name in ("landcover.tif", "landcover.tif.aux.xml", "confidence.tif", "observations.tif", "item.json"):
        assert (tmp_path / name).read_bytes() == (finished[A].folder / name).read_bytes()
    assert (tmp_path / "landcover.qml").read_bytes() == maps_client.get(f"/maps/{A}/landcover.qml").content
    assert (tmp_path / "legend.csv").read_bytes() == maps_client.get(f"/maps/{A}/legend.csv").content
    item = json.loads((tmp_path / "item.json").read_text())
    assert all((tmp_path / asset["href"]).is_file() for asset in item["assets"].values())
    text = (tmp_path / "README.txt").read_text()
    assert A in text
    assert "made up, 2025-06-14" in text


def test_the_archive_has_the_same_bytes_each_time_and_is_sent_in_pieces(maps_client, finished, monkeypatch):
    whole = maps_client.get(f"/maps/{B}/landcover.zip").content
    assert maps_client.get(f"/maps/{B}/landcover.zip").content == whole
    monkeypatch.setattr(archive, "_PIECE", 1000)
    made = archive.Archive.of(finished[B].folder / "landcover.tif")
    sent = list(made.pieces())
    assert b"".join(sent) == whole
    assert max(map(len, sent)) < 5000


def test_an_archive_of_unknown_size_is_sent_all_the_same(maps_client, monkeypatch):
    monkeypatch.setattr(archive, "_LARGE", 1000)
    response = maps_client.get(f"/maps/{B}/landcover.zip")
    assert "content-length" not in response.headers
    with zipfile.ZipFile(io.BytesIO(response.content)) as packed:
        assert packed.testzip() is None


def test_a_large_map_is_cut_without_being_read_whole(tmp_path, monkeypatch):
    shape = (3000, 2500)
    app = create_app(Settings(data_dir=tmp_path))
    geobox = GeoBox(shape, FLANDERS.affine, FLANDERS.crs)
    made = finish_map(app.state.service.store, A, geobox, classes=patchwork(shape))
    sizes = []

    def asked(col, row, width, height):
        sizes.append(width * height)
        return RasterWindow(col, row, width, height)

    monkeypatch.setattr(excerpt, "_TILE", 512)
    monkeypatch.setattr(excerpt, "RasterWindow", asked)
    http = TestClient(app)
    response = http.get(f"/maps/{A}/landcover.tif", params={"bbox": box_of(geobox, (10, 2990), (10, 2490))})
    assert response.status_code == 200
    with MemoryFile(response.content) as memory, memory.open() as part:
        window = pixel_window(
            BoundingBox(*map(float, box_of(geobox, (10, 2990), (10, 2490)).split(","))), geobox
        )
        rows, cols = window.slices
        inside = np.pad(made.classes, 100)[
            rows.start + 100 : rows.stop + 100, cols.start + 100 : cols.stop + 100
        ]
        np.testing.assert_array_equal(part.read(1), inside)
    assert len(sizes) > 20
    assert max(sizes) == 512**2


@pytest.mark.skipif(not shutil.which("gdalinfo"), reason="GDAL's programs are not installed")
def test_gdal_reads_the_archive_and_the_polygons(maps_client, tmp_path):
    (tmp_path / "map.zip").write_bytes(maps_client.get(f"/maps/{A}/landcover.zip").content)
    (tmp_path / "map.gpkg").write_bytes(maps_client.get(f"/maps/{A}/landcover.gpkg").content)
    told = subprocess.run(
        ["gdalinfo", "-json", f"/vsizip/{tmp_path}/map.zip/landcover.tif"],
        capture_output=True,
        text=True,
        check=True,
    )
    band = json.loads(told.stdout)["bands"][0]
    assert band["colorTable"]["entries"][80] == [0, 100, 200, 255]
    listed = subprocess.run(
        ["gdalinfo", f"/vsizip/{tmp_path}/map.zip/landcover.tif"], capture_output=True, text=True, check=True
    ).stdout
    assert "tree cover" in listed
    layer = subprocess.run(
        ["ogrinfo", "-so", str(tmp_path / "map.gpkg"), "landcover"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "Geometry: Polygon" in layer
    assert all(f"{column}: " in layer for column in ("value", "name", "title", "area_m2"))
    assert 'ID["EPSG",32631]' in layer
