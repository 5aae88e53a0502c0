"""What HTTP says around the downloads of a map: caches, HEAD, refusals, limits."""

from __future__ import annotations

import pytest
from finished_maps import (
    FLANDERS,
    box_of,
)
from starlette.requests import Request

from app.database.tables import LOCAL
from app.keys.owner import OWNER
from app.results import excerpt, polygons
from app.results.caching import cache_control
from app.results.slots import Slots
from app.results.temporary import made_once, pieces, size_of

A = "a" * 32
PART = "?bbox=3.01,50.98,3.02,50.99"
DOWNLOADS = ("landcover.zip", "landcover.qml", "legend.csv", "landcover.gpkg", "areas", "landcover.tif")


@pytest.mark.parametrize("file", ["landcover.tif", "landcover.gpkg"])
@pytest.mark.parametrize(
    ("bbox", "reason"),
    [
        ("1,2,3", "four numbers"),
        ("", "four numbers"),
        ("a,b,c,d", "four numbers"),
        ("1,2,3,4,5", "four numbers"),
        ("nan,2,3,4", "give four numbers"),
        ("3,51,inf,52", "give four numbers"),
        ("3,52,4,51", "south (52) is not less than north (51)"),
        ("4,51,3,52", "west (4) is not less than east (3)"),
        ("3,51,3,52", "not less than east"),
        ("3,51,3.1,95", "outside ±90"),
        ("20,10,21,11", "no pixel of the map lies in it; the map covers [3.00000"),
        ("51,3,51.1,3.1", "no pixel of the map lies in it"),
    ],
)
def test_a_box_that_cannot_be_is_refused_by_its_name(maps_client, file, bbox, reason):
    response = maps_client.get(f"/maps/{A}/{file}", params={"bbox": bbox})
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    (error,) = response.json()["errors"]
    assert error["where"] == "bbox"
    assert reason in error["reason"]


@pytest.mark.parametrize("module", [excerpt, polygons])
def test_too_much_at_once_is_refused_with_advice(maps_client, monkeypatch, module):
    monkeypatch.setattr(module, "MOST_PIXELS", 1000)
    file = {"excerpt": "landcover.tif", "polygons": "landcover.gpkg"}[module.__name__.rsplit(".", 1)[1]]
    response = maps_client.get(f"/maps/{A}/{file}", params={"bbox": box_of(FLANDERS, (0, 300), (0, 420))})
    assert response.status_code == 422
    assert response.json()["type"] == "/problems/region-too-large"
    (error,) = response.json()["errors"]
    assert "pixels are asked for, and 1,000 can be" in error["reason"]
    assert "smaller bbox" in error["reason"]


@pytest.mark.parametrize("query", ["", PART])
@pytest.mark.parametrize("file", DOWNLOADS)
def test_what_a_client_has_is_not_sent_again(maps_client, file, query):
    address = f"/maps/{A}/{file}{query}"
    first = maps_client.get(address)
    assert first.status_code == 200
    assert "immutable" in first.headers["cache-control"]
    again = maps_client.get(address, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert maps_client.get(address, headers={"if-none-match": '"other"'}).status_code == 200
    if query and file.endswith(("tif", "gpkg")):
        assert first.headers["etag"] != maps_client.get(f"/maps/{A}/{file}").headers["etag"]


@pytest.mark.parametrize("query", ["", PART])
@pytest.mark.parametrize("file", DOWNLOADS)
def test_head_tells_what_get_would(maps_client, file, query):
    head, got = (maps_client.request(method, f"/maps/{A}/{file}{query}") for method in ("HEAD", "GET"))
    assert head.status_code == 200
    assert head.content == b""
    for name in ("content-type", "etag", "cache-control", "content-disposition"):
        assert head.headers.get(name) == got.headers.get(name)
    assert head.headers.get("content-length", got.headers["content-length"]) == got.headers["content-length"]
    if file != "areas":
        assert got.headers["content-disposition"].startswith(f'attachment; filename="{A}_')


@pytest.mark.parametrize("file", DOWNLOADS)
def test_what_is_not_there_is_a_problem(maps_client, file):
    for method, name, status in (
        ("GET", "0" * 32, 404),
        ("GET", "x", 422),
        ("POST", A, 405),
        ("DELETE", A, 405),
    ):
        response = maps_client.request(method, f"/maps/{name}/{file}")
        assert response.status_code == status
        assert response.headers["content-type"] == "application/problem+json"
    assert maps_client.get(f"/maps/{'0' * 32}/{file}?bbox=3,50,4,51").status_code == 404


@pytest.mark.parametrize(("owner", "caches"), [(LOCAL, "public"), ("key-1", "private")])
def test_what_a_key_opens_is_not_for_shared_caches(owner, caches):
    request = Request({"type": "http", OWNER: owner})
    assert cache_control(request).split(", ") == [caches, "max-age=31536000", "immutable"]


def test_too_many_heavy_downloads_are_told_to_come_back(maps_app, maps_client, monkeypatch):
    monkeypatch.setitem(maps_app.state._state, "slots", Slots(at_a_time=1, most_waiting=-1))
    response = maps_client.get(f"/maps/{A}/landcover.gpkg")
    assert response.status_code == 503
    assert response.headers["retry-after"]
    assert maps_client.get(f"/maps/{A}/landcover.zip").status_code == 200


def test_a_full_disk_is_told_and_leaves_nothing_behind(maps_app, maps_client, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(excerpt, "write_excerpt", full)
    response = maps_client.get(f"/maps/{A}/landcover.tif", params={"bbox": "3.01,50.98,3.02,50.99"})
    assert response.status_code == 507
    assert str(maps_app.state.service.store.folder) not in response.text


def test_nothing_is_left_of_what_was_made_to_be_sent(maps_app, maps_client):
    for file in ("landcover.tif", "landcover.gpkg"):
        assert maps_client.get(f"/maps/{A}/{file}{PART}").status_code == 200
    folder = maps_app.state.service.store.folder
    assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []


def test_a_client_that_goes_away_lets_go_of_the_file(tmp_path):
    def make(path):
        path.write_bytes(bytes(10**6))

    file = made_once(tmp_path, "a.bin", make)
    assert (size_of(file), list(tmp_path.iterdir())) == (10**6, [])
    sending = pieces(file)
    assert len(next(sending)) < 10**6
    sending.close()
    assert file.closed
