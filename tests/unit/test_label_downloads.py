"""Labels of an adaptation as files: other programs read them, and so does this one, without any loss."""

from __future__ import annotations

import csv
import io
import json
import re

import geopandas
import pytest
import shapely
from finished_maps import FLANDERS
from kept_adaptations import feature, keep_adaptation
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from geodata.labels import read_labels

ODD_NAMES = ["=1+1", "'=1+1", " water", "@a", "+b", "-c", "'quoted'", 'say "x", y;z', "水", "%d", "<script>"]
# The shortest decimals of these need all 17 digits.
POINTS = [shapely.Point(2.9999999999999996, 50.1), shapely.Point(0.1 + 0.2, 1 / 3), shapely.Point(-180, 90)]
BOX = shapely.box(3.0000000000000004, 50.9, 3.1, 51.0).difference(shapely.box(3.02, 50.92, 3.04, 50.94))
MULTI = shapely.MultiPolygon([BOX, shapely.box(4, 51, 4.1, 51.1)])

NAMED = [feature(n, POINTS[n % 3], name.strip()) for n, name in enumerate(ODD_NAMES, start=1)]
MIXED = [
    feature(3, POINTS[0], "water"),
    feature(7, BOX, "forest"),
    feature(8, MULTI, "=x"),
    feature(9, shapely.MultiPoint(POINTS[:2]), "water"),
]


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app(Settings(data_dir=tmp_path_factory.mktemp("labels")))


@pytest.fixture(scope="module")
def client(app):
    return TestClient(app)  # not entered: no thread of the server is needed


@pytest.fixture(scope="module", params=[NAMED, MIXED], ids=["points", "mixed"])
def kept(request, app):
    return keep_adaptation(app, request.param, FLANDERS), request.param


def download(client, version, suffix, **params):
    response = client.get(f"/adaptations/{version.adaptation_id}/labels{suffix}", params=params)
    assert response.status_code == 200, response.text
    return response


def said(features):
    return [(f["properties"]["class"], shapely.geometry.shape(f["geometry"])) for f in features]


@pytest.mark.parametrize("suffix", [".csv", ".gpkg", ".geojson"])
def test_what_is_taken_away_can_be_brought_again(client, kept, suffix, tmp_path):
    version, features = kept
    address = {".geojson": ""}.get(suffix, suffix)
    content = download(client, version, address).content
    read = client.post("/labels/read", params={"name": f"labels{suffix}"}, content=content).json()
    assert read["faults"] == []
    assert said(read["labels"]["features"]) == said(features)
    path = tmp_path / f"labels{suffix}"
    path.write_bytes(content)
    assert [(label.class_name, label.geometry) for label in read_labels(path).labels] == said(features)


def test_the_geopackage_is_one_layer_of_labels(client, kept, tmp_path):
    version, features = kept
    response = download(client, version, ".gpkg")
    assert response.headers["content-type"] == "application/geopackage+sqlite3"
    assert int(response.headers["content-length"]) == len(response.content)
    path = tmp_path / "labels.gpkg"
    path.write_bytes(response.content)
    ((name, kind),) = geopandas.list_layers(path).itertuples(index=False)
    assert (name, kind) == ("labels", "Point" if features is NAMED else "Unknown")
    table = geopandas.read_file(path)
    assert table.crs.to_epsg() == 4326
    assert table["label"].tolist() == [each["id"] for each in features]
    assert list(zip(table["class"], table.geometry, strict=True)) == said(features)


def test_the_table_has_a_place_for_every_label(client, kept):
    version, features = kept
    response = download(client, version, ".csv")
    assert response.headers["content-type"].startswith("text/csv; charset=utf-8")
    rows = list(csv.DictReader(io.StringIO(response.text, newline="")))
    assert list(rows[0]) == ["label", "lon", "lat", "class", "wkt"]
    assert [int(row["label"]) for row in rows] == [each["id"] for each in features]
    for row, (_, geometry) in zip(rows, said(features), strict=True):
        place = shapely.Point(float(row["lon"]), float(row["lat"]))
        assert geometry.intersects(place)
        assert (row["wkt"] == "") == (geometry.geom_type == "Point")


def test_no_cell_is_a_formula(client, app):
    version = keep_adaptation(app, NAMED, FLANDERS)
    cells = [cell for row in csv.reader(io.StringIO(download(client, version, ".csv").text)) for cell in row]
    number = re.compile(r"-?[0-9.]+(e-?[0-9]+)?")
    assert [cell for cell in cells if cell.lstrip()[:1] in {*"=+-@%"} and not number.fullmatch(cell)] == []


@pytest.mark.parametrize("suffix", ["csv", "gpkg", "geojson"])
def test_a_file_to_keep_says_what_it_is_called(client, kept, suffix):
    version, _ = kept
    address, params = ("", {"download": True}) if suffix == "geojson" else (f".{suffix}", {})
    headers = download(client, version, address, **params).headers
    name = f"{version.adaptation_id}_v1_labels.{suffix}"
    assert headers["content-disposition"] == f'attachment; filename="{name}"'
    assert headers["cache-control"] == "no-cache"
    if suffix == "geojson":
        assert "content-disposition" not in download(client, version, "").headers
        assert json.loads(download(client, version, "", **params).content)["features"] == json.loads(
            json.dumps(kept[1])
        )


@pytest.mark.parametrize("suffix", [".csv", ".gpkg"])
def test_versions_are_asked_for_by_their_number(client, kept, suffix):
    version, _ = kept
    here = f"/adaptations/{version.adaptation_id}/labels{suffix}"
    assert client.get(here, params={"version": 1}).status_code == 200
    assert client.get(here, params={"version": 2}).json()["type"] == "/problems/not-found"
    assert client.get(here, params={"version": 0}).status_code == 422
    assert client.get(f"/adaptations/{'f' * 32}/labels{suffix}").status_code == 404


@pytest.mark.parametrize("suffix", ["", ".csv", ".gpkg"])
def test_labels_of_somebody_else_are_not_there(client, app, suffix):
    version = keep_adaptation(app, NAMED, FLANDERS, owner="somebody")
    assert client.get(f"/adaptations/{version.adaptation_id}/labels{suffix}").status_code == 404
