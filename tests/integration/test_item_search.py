"""GET and POST /search, and pystac-client as a foreign client of it."""

from __future__ import annotations

import json

import pytest
from pystac_client import Client

BESIDE = {"type": "Point", "coordinates": [100.0, -40.0]}


@pytest.fixture(scope="module")
def item(made, client):
    return client.get(made.headers["location"]).json()


def names(answer):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    page = answer.json()
    assert page["numberReturned"] == len(page["features"])
    return [feature["id"] for feature in page["features"]]


def centre(item):
    west, south, east, north = item["bbox"]
    return {"type": "Point", "coordinates": [(west + east) / 2, (south + north) / 2]}


def test_a_stac_client_searches_the_maps(server, item):
    catalogue = Client.open(server.url)
    for method in ("GET", "POST"):
        search = catalogue.search(
            method=method, collections=["maps"], bbox=item["bbox"], ids=[item["id"]], datetime="2025-06-14"
        )
        (found,) = search.items()
        assert found.id == item["id"]
        assert search.matched() == 1
        assert list(catalogue.search(method=method, intersects=BESIDE).items()) == []
    assert item["id"] in {found.id for found in catalogue.get_collection("maps").get_items()}


@pytest.mark.parametrize(
    ("wanted", "is_found"),
    [
        ({"collections": ["maps"]}, True),
        ({"collections": ["other"]}, False),
        ({"ids": ["0" * 32]}, False),
        ({"datetime": "2025-06-01/2025-06-30"}, True),
        ({"datetime": "2024-01-01"}, False),
        ({"bbox": [-180, -90, 180, 90]}, True),
        ({"bbox": [-180, -90, -1e9, 180, 90, 1e9]}, True),
        ({"bbox": [100, -41, 101, -40]}, False),
        ({"intersects": BESIDE}, False),
        ({"intersects": {"type": "LineString", "coordinates": [[-180, -90], [180, 90]]}}, False),
    ],
)
def test_what_is_asked_for_is_found_by_address_and_by_body(client, item, wanted, is_found):
    asked = {"limit": 1000} | wanted
    parameters = {
        name: ",".join(map(str, value)) if isinstance(value, list) else value for name, value in asked.items()
    }
    if "intersects" in asked:
        parameters["intersects"] = json.dumps(asked["intersects"])
    for answer in (client.post("/search", json=asked), client.get("/search", params=parameters)):
        assert (item["id"] in names(answer)) == is_found


def test_the_outline_counts_and_not_its_box(client, item):
    assert item["id"] in names(client.post("/search", json={"intersects": centre(item), "limit": 1000}))


def test_pages_follow_one_another(client, scene, item):
    other = client.post("/adapt", json={"imagery": "blocks", "labels": scene.labels, "bbox": item["bbox"]})
    assert other.status_code == 200
    everything = names(client.get("/search", params={"limit": 1000}))
    assert len(everything) >= 2
    by_address, by_body = [], []
    answer = client.get("/search", params={"limit": 1})
    while True:
        by_address += names(answer)
        following = [link for link in answer.json()["links"] if link["rel"] == "next"]
        if not following:
            break
        answer = client.get(following[0]["href"])
    answer = client.post("/search", json={"limit": 1})
    while True:
        by_body += names(answer)
        following = [link for link in answer.json()["links"] if link["rel"] == "next"]
        if not following:
            break
        answer = client.request(following[0]["method"], following[0]["href"], json=following[0]["body"])
    assert by_address == by_body == everything


CROSSED = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"intersects": {"type": "Feature"}}, "intersects.type"),
        ({"intersects": {"type": "Point", "coordinates": "here"}}, "intersects"),
        ({"intersects": CROSSED}, "intersects"),
        ({"intersects": {"type": "MultiPoint", "coordinates": [[0, 0]] * 10_001}}, "intersects"),
        ({"intersects": BESIDE, "bbox": [0, 0, 1, 1]}, "intersects"),
        ({"bbox": [0, 1, 2]}, "bbox"),
        ({"bbox": [0, 2, 1, 1]}, "bbox"),
        ({"datetime": "yesterday"}, "datetime"),
        ({"limit": 0}, "limit"),
        ({"sortby": "datetime"}, "sortby"),
    ],
)
def test_what_cannot_be_looked_for_is_named(client, body, where):
    answer = client.post("/search", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == where


def test_an_address_may_have_no_other_geometry(client):
    answer = client.get("/search", params={"intersects": "{"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "intersects"
