"""POST /labels/read: files that clients bring, made by other programs or by ones that mean harm."""

from __future__ import annotations

import io
import json
import re
import sqlite3

import geopandas
import numpy as np
import pytest
import shapely
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings

GPKG = "application/geopackage+sqlite3"
SQUARE = shapely.box(10, 50, 10.1, 50.1)


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return create_app(Settings(data_dir=tmp_path_factory.mktemp("labels")))


@pytest.fixture(scope="module")
def client(app):
    return TestClient(app)  # not entered: no thread of the server is needed


@pytest.fixture
def read(client):
    """Send a file; what was read, or the problem."""

    def send(content, name=None, kind=None, status=200):
        headers = {"content-type": kind} if kind else {}
        response = client.post(
            "/labels/read", params={"name": name} if name else {}, content=content, headers=headers
        )
        assert response.status_code == status, response.text
        return response.json()

    return send


def table(classes, geometry, crs=4326):
    return geopandas.GeoDataFrame({"class": classes}, geometry=geometry, crs=crs)


@pytest.fixture
def package(tmp_path):
    """The bytes of a GeoPackage, after an SQL script where one is given."""

    def make(frame, sql="", **options):
        path = tmp_path / "made.gpkg"
        path.unlink(missing_ok=True)
        frame.to_file(path, **options)
        if sql:
            with sqlite3.connect(path) as database:
                database.executescript(sql)
            database.close()
        return path.read_bytes()

    return make


def places(found):
    return [
        (f["properties"]["class"], shapely.geometry.shape(f["geometry"])) for f in found["labels"]["features"]
    ]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.geojson", None),
        ("a.JSON", "text/csv"),
        (None, "application/geo+json"),
        ("pasted", "application/json"),
    ],
)
def test_geojson_is_known_by_its_name_or_else_by_its_type(read, name, kind):
    document = json.loads(table(["water", "forest"], [shapely.Point(10, 50), SQUARE]).to_json(drop_id=True))
    document.pop("crs", None)
    found = read(json.dumps(document), name, kind)
    assert places(found) == [("water", shapely.Point(10, 50)), ("forest", SQUARE)]
    assert (found["faults"], found["unusable"], found["classes"]) == ([], 0, ["water", "forest"])


def test_usable_labels_are_read_though_others_are_not(read):
    text = "lon,lat,class\n10,50,water\n10,95,water\n10,x,forest\n11,51,forest\n12,52,\n"
    found = read(text, "a.csv")
    assert places(found) == [("water", shapely.Point(10, 50)), ("forest", shapely.Point(11, 51))]
    assert [fault["label"] for fault in found["faults"]] == ["labels[1]", "labels[2]", "labels[4]"]
    assert "latitude 95 is outside" in found["faults"][0]["reason"]
    assert "line 4: ('10', 'x') is no longitude and latitude" in found["faults"][1]["reason"]
    assert found["unusable"] == 3


def test_two_spellings_are_one_class(read):
    found = read("lon,lat,class\n10,50,Bare soil\n11,50,water\n12,50,bare_soil\n", "a.csv")
    assert [name for name, _ in places(found)] == ["Bare soil", "water", "Bare soil"]
    assert found["classes"] == ["Bare soil", "water"]


def test_what_can_be_no_name_is_no_class(read):
    long = "x" * 101
    found = read(f"lon,lat,class\n10,50,{long}\n11,50,water\n12,50,a\u0007b\n", "a.csv")
    assert found["classes"] == ["water"]
    assert [fault["label"] for fault in found["faults"]] == ["labels[0]", "labels[2]"]
    problem = read(f"lon,lat,class\n10,50,{long}\n", "a.csv", status=422)
    assert "printable" in problem["errors"][0]["reason"]


def test_outlines_come_as_well_known_text(read):
    frame = table(["forest", "water"], [SQUARE, shapely.MultiPoint([(1, 2), (3, 4)])])
    text = geopandas.GeoDataFrame({"WKT": frame.geometry.to_wkt(), "class": frame["class"]}).to_csv(
        index=False
    )
    found = read(text, "a.csv")
    assert places(found) == [("forest", SQUARE), ("water", frame.geometry[1])]


@pytest.mark.parametrize(
    ("wkt", "reason"),
    [
        ("LINESTRING (1 2, 3 4)", "give a POINT or a POLYGON"),
        ("POLYGON ((1 2, 3 4", "cannot be read"),
        ("POLYGON EMPTY", "an empty Polygon"),
        ("POLYGON ((0 0, 1 1, 1 0, 0 1, 0 0))", "not a valid polygon"),
        ("GEOMETRYCOLLECTION (" * 10_000, "give a POINT or a POLYGON"),
        ("POINT (500000 5600000)", "outside ±90"),
    ],
)
def test_an_outline_that_cannot_be_used_is_told(read, wkt, reason):
    found = read(f'wkt;class\n"{wkt}";water\n"POINT (1 2)";water\n', "a.csv")
    assert len(found["labels"]["features"]) == 1
    (fault,) = found["faults"]
    assert fault["label"] == "labels[0]"
    assert reason in fault["reason"]


@pytest.mark.parametrize("crs", [4326, 32632, 3035, 27700])
def test_a_geopackage_in_any_coordinate_system_is_read(read, package, crs):
    geometry = [shapely.Point(-1.5, 52), shapely.box(-1.5, 52, -1.4, 52.1)]
    content = package(table(["water", "forest"], geometry).to_crs(crs))
    for name, kind in (("a.gpkg", None), (None, GPKG)):
        found = places(read(content, name, kind))
        assert [name for name, _ in found] == ["water", "forest"]
        # EPSG:27700 has another datum: a metre or two.
        assert max(shapely.hausdorff_distance(a, b) for (_, a), b in zip(found, geometry, strict=True)) < 3e-5


def test_a_table_beside_the_layer_is_no_layer(read, package):
    content = package(
        table(["water"], [shapely.Point(1, 2)]),
        "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, styleQML TEXT);"
        "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', 's');",
    )
    assert read(content, "a.gpkg")["classes"] == ["water"]


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n"


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        (f"CREATE VIEW more AS {ENDLESS};", "has a view, 'more'"),
        (
            f"ALTER TABLE gpkg_contents RENAME TO c; CREATE VIEW gpkg_contents AS {ENDLESS};",
            "has a view, 'gpkg_contents'",
        ),
        (
            "ALTER TABLE made ADD COLUMN big TEXT AS (hex(zeroblob(400000000)));",
            "has a computed column, 'big'",
        ),
        ("CREATE VIRTUAL TABLE other USING fts5(a);", "has a virtual table, 'other'"),
    ],
)
def test_a_geopackage_computes_nothing(read, package, sql, reason):
    problem = read(package(table(["water"], [shapely.Point(1, 2)]), sql), "a.gpkg", status=422)
    assert problem["type"] == "/problems/invalid-labels"
    assert reason in problem["detail"]


def test_a_coordinate_system_of_the_files_own_is_refused(read, package):
    own = "+proj=tmerc +lat_0=1 +lon_0=9.3 +k=0.99 +x_0=0 +y_0=0 +datum=WGS84"
    problem = read(package(table(["a"], [shapely.Point(1, 2)], crs=own)), "a.gpkg", status=422)
    assert "has no code; save the labels in EPSG:4326" in problem["detail"]


def test_a_coordinate_system_that_hides_behind_a_code_is_that_of_the_code(read, package):
    """A definition may name a file on the server's disk; only the code counts."""
    content = package(table(["a"], [shapely.Point(500_000, 5_600_000)], crs=32632))
    path = "/etc/hostname"
    hidden = (
        'PROJCS["WGS 84 / UTM zone 32N",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563],'
        f'EXTENSION["PROJ4_GRIDS","{path}"]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],'
        'PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",9],'
        'PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],'
        'UNIT["metre",1],AUTHORITY["EPSG","32632"]]'
    )
    plain = places(read(content, "a.gpkg"))[0][1]
    file = io.BytesIO(content)
    database = sqlite3.connect(":memory:")
    database.deserialize(file.read())
    database.execute(
        "UPDATE gpkg_spatial_ref_sys SET definition = ?, organization = 'NONE' WHERE srs_id = 32632",
        (hidden,),
    )
    ((name, found),) = places(read(database.serialize(), "a.gpkg"))
    assert name == "a"
    assert found == plain


@pytest.mark.parametrize(
    ("content", "name", "kind", "reason"),
    [
        (b"", "a.geojson", None, "a.geojson: the file is empty"),
        (b"", None, GPKG, "the file: the file is empty"),
        (b"{", "a.json", None, "a.json: line 1, column 2: this is not JSON"),
        (b"lon,lat,class\n1,2,\xe4\n", "a.csv", None, "a.csv: byte 18: this is not UTF-8"),
        (b"lon;lat;klasse\n1;2;a\n", "a.csv", None, "no column class; .*lon, lat, klasse"),
        (b"lon,lat,class\n", "a.csv", None, "there are no labels"),
        (b"lon,lat,class\n1,99,a\n", "a.csv", None, "1 of 1 labels cannot be used"),
        (b"no database", "a.gpkg", None, "not a readable GeoPackage"),
        (b"SQLite format 3\0" + bytes(4000), "a.gpkg", None, "not a readable GeoPackage"),
        (b"PK", "a.shp", None, "read from .geojson, .json, .csv or .gpkg, not from 'a.shp'"),
        (b"x", None, "image/png", "not from 'image/png'"),
        (b"x", None, None, "does not say what it is"),
    ],
)
def test_a_file_without_any_usable_label_is_refused(read, content, name, kind, reason):
    problem = read(content, name, kind, status=422)
    assert problem["type"] == "/problems/invalid-labels"
    assert re.search(reason, problem["detail"])


@pytest.mark.parametrize("part", [slice(0, 4096), slice(4096, 12_288), slice(20_000, 60_000)])
def test_a_damaged_geopackage_is_refused_or_read(client, app, package, part):
    content = bytearray(package(table(["water"] * 50, shapely.points(np.arange(100).reshape(50, 2) / 10))))
    rng = np.random.default_rng(5)
    for _ in range(20):
        odd = bytearray(content)
        for place in rng.integers(part.start, min(part.stop, len(content)), 30):
            odd[place] = rng.integers(256)
        response = client.post("/labels/read?name=a.gpkg", content=bytes(odd))
        assert response.status_code in (200, 422), response.text
        assert str(app.state.service.store.folder) not in response.text


def test_nothing_is_left_of_what_was_read(read, app, package):
    content = package(table(["water"], [shapely.Point(1, 2)]))
    read(content, "a.gpkg")
    read(content[:9000], "a.gpkg", status=422)
    assert list(app.state.service.store.folder.iterdir()) == []


def test_faults_are_counted_beyond_the_first_hundred(read):
    rows = "\n".join(f"{number},100,water" for number in range(150))
    found = read(f"lon,lat,class\n1,2,water\n{rows}\n", "a.csv")
    assert len(found["faults"]) == 101
    assert found["faults"][-1] == {"label": "labels", "reason": "and 50 more"}
    assert found["unusable"] == 150


def test_a_body_beyond_the_servers_limit_is_refused(tmp_path):
    small = TestClient(create_app(Settings(data_dir=tmp_path, max_body_bytes=2000)))
    response = small.post("/labels/read?name=a.csv", content=b"x" * 3000)
    assert response.status_code == 413
    assert response.json()["type"] == "/problems/body-too-large"
