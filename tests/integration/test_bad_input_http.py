"""Whatever is wrong with a request, the answer says what, where, and what would do; nothing is stored."""

from __future__ import annotations

import json

import pytest


@pytest.fixture(scope="module")
def refused(client, scene, server):
    """Post a body; the answer must be a problem with this status, and no map may appear."""

    def post(body, status=422, headers=None, content=None):
        before = sorted(server.data_dir.rglob("*.tif"))
        sent = {"json": body} if content is None else {"content": content}
        response = client.post("/adapt", headers=headers, **sent)
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        problem = response.json()
        assert problem.keys() >= {"type", "title", "status", "detail", "instance", "request_id"}
        assert "Traceback" not in response.text
        assert str(server.data_dir) not in response.text
        assert str(scene.path.parent) not in response.text
        assert sorted(server.data_dir.rglob("*.tif")) == before
        explained = client.get(problem["type"])
        assert explained.status_code == 200
        assert explained.json()["title"] == problem["title"]
        return problem

    return post


def reasons(problem):
    return {error["where"]: error["reason"] for error in problem["errors"]}


def test_west_beyond_east(refused, scene):
    west, south, east, north = scene.bbox
    problem = refused({"labels": scene.labels, "bbox": [east, south, west, north]})
    assert "is not less than east" in problem["detail"]
    assert "antimeridian" in problem["detail"]


@pytest.mark.parametrize("box", [[4, 51, 5, 91], [4, -90.5, 5, 51]])
def test_latitude_off_the_earth(refused, scene, box):
    assert "outside ±90°" in refused({"labels": scene.labels, "bbox": box})["detail"]


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        ([1, 2, 3], "needs at least 4 entries, has 3"),
        ([1, 2, 3, 4, 5], "needs at most 4 entries, has 5"),
        ([1, 2, 3, "4"], "should be a valid number, got '4'"),
        ("1,2,3,4", "should be a valid list, got '1,2,3,4'"),
    ],
)
def test_a_box_that_is_none(refused, scene, box, reason):
    assert reason in refused({"labels": scene.labels, "bbox": box})["detail"]


def test_a_box_outside_the_imagery_is_told_where_it_is(refused, scene):
    problem = refused({"labels": scene.labels, "bbox": [10, 40, 11, 41]})
    assert problem["type"] == "/problems/outside-imagery"
    west, south, east, north = scene.bbox
    for bound in (west, south, east, north):
        assert f"{bound:.5f}" in problem["detail"]


def test_a_box_partly_outside_is_mapped_where_there_is_imagery(client, scene):
    west, south, east, north = scene.bbox
    box = [west, south, east, north + (north - south)]
    body = {"labels": scene.labels, "bbox": box}
    response = client.post("/adapt", json=body, headers={"accept": "application/json"})
    assert response.status_code == 200, response.text
    properties = response.json()["properties"]
    assert 0.45 < properties["landshot:covered"] < 0.55
    assert any("% of the region" in note for note in properties["landshot:notes"])


def test_longitude_and_latitude_swapped(refused, scene):
    swapped = json.loads(json.dumps(scene.labels))
    for feature in swapped["features"]:
        feature["geometry"]["coordinates"].reverse()
    problem = refused({"labels": swapped})
    assert "if longitude and latitude were swapped" in problem["detail"]
    assert len(problem["errors"]) == len(swapped["features"])


def test_every_offending_label_is_named_with_its_reason(refused, scene):
    water = scene.point(100, 230, "water")
    labels = scene.collection(
        scene.point(100, 30, "cropland"),
        scene.point(500, 30, "cropland"),
        water,
        {"type": "Feature", "geometry": water["geometry"], "properties": {"class": "tree cover"}},
        {"type": "Feature", "geometry": water["geometry"], "properties": {}},
        {"type": "Feature", "geometry": None, "properties": {"class": "water"}},
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": []},
            "properties": {"class": "a"},
        },
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [4.5, 95]},
            "properties": {"class": "a"},
        },
    )
    found = reasons(refused({"labels": labels}))
    assert set(found) == {f"labels[{index}]" for index in (4, 5, 6, 7)}
    assert 'no property "class"' in found["labels[4]"]
    assert "no geometry" in found["labels[5]"]
    assert "LineString" in found["labels[6]"]
    assert "outside ±90°" in found["labels[7]"]
    found = reasons(refused({"labels": scene.collection(*labels["features"][:4])}))
    assert set(found) == {"labels[1]", "labels[3]"}
    assert "outside the region" in found["labels[1]"]
    assert "they share a pixel" in found["labels[3]"]


def test_one_class_only(refused, scene):
    labels = scene.collection(scene.point(100, 30, "water"), scene.point(110, 30, "water"))
    assert "at least two" in refused({"labels": labels})["detail"]


def test_labels_on_nodata(refused, scene):
    labels = scene.collection(
        scene.point(5, 5, "water"), scene.point(6, 7, "water"), scene.point(99, 99, "cropland")
    )
    found = reasons(refused({"labels": labels}))
    assert set(found) == {"labels[0]", "labels[1]"}
    assert "nodata" in found["labels[0]"]


def test_a_class_that_the_legend_does_not_have(refused, scene):
    legend = [{"value": 1, "name": "water"}, {"value": 2, "name": "land"}]
    labels = scene.collection(scene.point(99, 99, "water"), scene.point(99, 9, "sand"))
    found = reasons(refused({"labels": labels, "legend": legend}))
    assert "'sand' is not in the legend" in found["labels[1]"]


@pytest.mark.parametrize(
    ("legend", "where"),
    [
        ([{"value": 0, "name": "a"}, {"value": 2, "name": "b"}], "legend[0].value"),
        ([{"value": 1, "name": "a"}, {"value": 1, "name": "b"}], "legend[1].value"),
        ([{"value": 1, "name": "a"}, {"value": 2, "name": "b", "color": "red"}], "legend[1].color"),
        ([{"value": 1, "name": "a"}, {"value": 2, "name": "b", "colour": "#000000"}], "legend[1].colour"),
        ([{"value": 1}, {"value": 2, "name": "b"}], "legend[0].name"),
    ],
)
def test_a_legend_that_contradicts_itself(refused, scene, legend, where):
    assert where in reasons(refused({"labels": scene.labels, "legend": legend}))


def test_a_crs_member(refused, scene):
    crs = {"type": "name", "properties": {"name": "EPSG:25831"}}
    assert "RFC 7946" in refused({"labels": {**scene.labels, "crs": crs}})["detail"]


@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b'{"labels": {,}}', "at line 1, column 13"),
        (b'{"a": 1\n "b": 2}', "at line 2, column 2"),
        (b"", "at line 1, column 1"),
        (b'{"bbox": [NaN, 1, 2, 3]}', "NaN is no JSON number"),
        (b"\xff\xfe{}", "not JSON that can be read"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"imagery": "\\ud800"}', "surrogate"),
        (b"9" * 5000, "not JSON that can be read"),
    ],
    ids=[
        "misplaced comma",
        "missing comma",
        "empty",
        "NaN",
        "not UTF-8",
        "deep",
        "half a surrogate",
        "huge number",
    ],
)
def test_broken_json_is_located(refused, content, detail):
    problem = refused(None, 400, {"content-type": "application/json"}, content)
    assert detail in problem["detail"]


@pytest.mark.parametrize(
    "content_type", [None, "text/plain", "application/x-www-form-urlencoded", "image/tiff"]
)
def test_a_body_that_does_not_say_that_it_is_json(refused, scene, content_type):
    headers = {"content-type": content_type} if content_type else {}
    problem = refused(None, 415, headers, json.dumps({"labels": scene.labels}).encode())
    assert "content-type: application/json" in problem["detail"]


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ([], "body"),
        ("text", "body"),
        (None, "body"),
        ({}, "labels"),
        ({"labels": []}, "labels"),
        ({"labels": {}, "imagery": 5}, "imagery"),
        ({"labels": {}, "url": "http://127.0.0.1/x.tif"}, "url"),
        ({"labels": {}, "path": "/etc/passwd"}, "path"),
        ({"labels": {}, "imagery": "/etc/passwd"}, "imagery"),
        ({"labels": {}, "imagery": "http://127.0.0.1/x.tif"}, "imagery"),
        ({"labels": {}, "imagery": "../blocks.tif"}, "imagery"),
        ({"labels": {}, "legend": {}}, "legend"),
    ],
    ids=str,
)
def test_fields_that_are_wrong_are_named(refused, document, where):
    problem = refused(None, 422, {"content-type": "application/json"}, json.dumps(document).encode())
    assert where in reasons(problem)


def test_labels_without_a_single_label(refused):
    assert "no labels" in refused({"labels": {"type": "FeatureCollection", "features": []}})["detail"]


def test_imagery_that_the_server_does_not_have(refused, scene):
    problem = refused({"imagery": "moon", "labels": scene.labels}, 404)
    assert "this server has: blocks" in problem["detail"]


def test_more_labels_than_a_map_takes(refused, scene):
    labels = {"type": "FeatureCollection", "features": [scene.labels["features"][0]] * 100_001}
    assert "100,001" in refused({"labels": labels})["detail"]


def test_a_range_that_no_file_has(client, made):
    path = f"{made.headers['location']}/landcover.tif"
    response = client.get(path, headers={"range": "bytes=999999999-"})
    assert response.status_code == 416
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["content-range"] == f"bytes */{len(made.content)}"
    broken = client.get(path, headers={"range": "bytes=x"})
    assert broken.status_code == 400
    assert broken.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/adapt", 405),
        ("DELETE", "/maps/" + "0" * 32, 405),
        ("GET", "/nowhere", 404),
        ("GET", "/maps/", 404),
        ("GET", "/maps/" + "0" * 32, 404),
        ("GET", "/maps/" + "0" * 32 + "/landcover.tif", 404),
        ("GET", "/maps/" + "0" * 32 + "/item.json", 404),
        ("GET", "/maps/" + "0" * 32 + "/../../../etc/passwd", 404),
        ("GET", "/maps?limit=0", 422),
        ("GET", "/maps?limit=1001", 422),
        ("GET", "/maps?offset=-1", 422),
        ("GET", "/problems/none", 404),
    ],
)
def test_every_other_mistake_is_a_problem_too(client, method, path, status):
    response = client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["status"] == status
