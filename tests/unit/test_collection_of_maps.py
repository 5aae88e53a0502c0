"""All maps as a STAC Collection over HTTP, and each as an Item: right by the standards, and found by place and time."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pystac
import pytest
import stac_rules
from finished_maps import MODEL, three_maps
from pystac.extensions.mlm import MLMExtension
from starlette.testclient import TestClient

from app.main import create_app
from app.results.collection import map_collection
from app.results.conformance import CONFORMS_TO
from app.results.digest import digest_of
from app.results.model_item import model_item
from app.settings import Settings

BASE = "http://testserver/"
ITEMS = "/collections/maps/items"
A, B, C = "a" * 32, "b" * 32, "c" * 32


@pytest.fixture
def empty(tmp_path):
    return TestClient(create_app(Settings(data_dir=tmp_path)))


def found(response):
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/geo+json"
    return [feature["id"][0] for feature in response.json()["features"]]


def link(document, rel):
    (href,) = [link["href"] for link in document["links"] if link["rel"] == rel]
    return href


@pytest.mark.parametrize("address", [f"{ITEMS}/{A}", f"{ITEMS}/{B}", f"{ITEMS}/{C}", f"/maps/{A}"])
def test_every_item_keeps_to_stac_and_its_extensions(maps_client, address):
    response = maps_client.get(address)
    assert response.status_code == 200
    used = stac_rules.validate(response.json())
    assert {
        stac_rules.CLASSIFICATION,
        stac_rules.FILE,
        stac_rules.PROCESSING,
        stac_rules.PROJECTION,
    } <= set(used)


def test_the_rules_see_what_is_wrong(maps_client):
    right = maps_client.get(f"{ITEMS}/{A}").json()
    for wrong in (
        {"proj:shape": [1]},
        {"proj:epsg": 32631},
        {"processing:level": 4},
        {"datetime": "yesterday"},
    ):
        document = deepcopy(right)
        document["properties"] |= wrong
        with pytest.raises(pystac.errors.STACValidationError):
            stac_rules.validate(document)


def test_the_collection_keeps_to_stac_and_its_extensions(maps_client, empty):
    for http in (maps_client, empty):
        collection = http.get("/collections/maps").json()
        assert len(stac_rules.validate(collection)) == 3
        assert http.get("/collections").json()["collections"] == [collection]


def test_the_collection_spans_all_maps(maps_client):
    collection = maps_client.get("/collections/maps").json()
    (bbox,) = collection["extent"]["spatial"]["bbox"]
    west, south, east, north = bbox
    assert west == pytest.approx(3.0, abs=0.01)
    assert east == pytest.approx(-179.25, abs=0.01)
    assert west > east, "Fiji lies beyond the antimeridian"
    assert -17 < south < -16
    assert north == pytest.approx(60.0)
    assert collection["extent"]["temporal"]["interval"] == [["2024-03-01T00:00:00Z", "2025-06-14T00:00:00Z"]]
    assert collection["summaries"]["proj:code"] == ["EPSG:32631", "EPSG:32760", "EPSG:4326"]


def test_links_lead_where_they_say(maps_client):
    collection = maps_client.get("/collections/maps").json()
    assert link(collection, "self") == f"{BASE}collections/maps"
    assert link(collection, "root") == BASE
    page = maps_client.get(link(collection, "items")).json()
    assert {link(page, "collection"), *(link(item, "collection") for item in page["features"])} == {
        f"{BASE}collections/maps"
    }
    for item in page["features"]:
        assert item["collection"] == collection["id"]
        assert link(item, "parent") == f"{BASE}collections/maps"
        assert link(item, "root") == BASE
        assert maps_client.get(link(item, "self")).json() == item
        for asset in item["assets"].values():
            assert maps_client.head(asset["href"]).status_code in (200, 405), asset
    at_map = maps_client.get(f"/maps/{A}").json()
    assert link(at_map, "self") == f"{BASE}maps/{A}"
    assert link(at_map, "collection") == f"{BASE}collections/maps"


def test_an_item_leads_to_its_scenes_and_to_its_model(maps_client):
    item = maps_client.get(f"{ITEMS}/{B}").json()
    from_ = [link for link in item["links"] if link["rel"] == "derived_from"]
    assert [link["href"] for link in from_] == [
        f"{BASE}models/{MODEL['sha256']}",
        *(f"https://stac.example/items/{n}" for n in range(3)),
    ]
    assert from_[0]["mlm:name"] == "landshot"
    assert item["properties"]["processing:software"] == {"landshot": "0.1.0"}


def test_files_are_described_by_size_and_checksum(maps_client, maps_app):
    import hashlib  # noqa: PLC0415

    store = maps_app.state.service.store
    for asset in maps_client.get(f"/maps/{A}").json()["assets"].values():
        if "file:size" in asset:
            content = store.path(A, asset["href"].rsplit("/", 1)[1]).read_bytes()
            assert asset["file:size"] == len(content)
            assert asset["file:checksum"] == "1220" + hashlib.sha256(content).hexdigest()


def test_the_model_is_an_item_of_the_mlm_extension():
    root = Path(__file__).parents[2]
    manifest = json.loads((root / "model" / "weights" / "landshot.json").read_text())
    item = model_item(manifest, BASE)
    assert stac_rules.MLM in stac_rules.validate(item)
    described = MLMExtension.ext(pystac.Item.from_dict(item))
    assert described.mlm_name == "landshot"
    assert described.tasks == ["semantic-segmentation"]
    told = item["properties"]
    assert item["id"] == manifest["sha256"]
    assert told["mlm:hyperparameters"]["batches"] == manifest["training"]["config"]["batches"]
    assert all(source["license"] for source in told["landshot:training_data"])
    assert len(told["landshot:training_commit"]) == 40
    assert 0.5 < told["landshot:validation"]["accuracy_5"] < 1
    assert described.total_parameters == manifest["parameters"]
    odd = model_item({**manifest, "name": "7 ü", "training": {}}, BASE)
    assert stac_rules.MLM in stac_rules.validate(odd)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "abc"),
        ("bbox=2.9,50.9,3.1,51.1", "a"),
        ("bbox=3.01,50.99,3.01,50.99", "a"),
        ("bbox=-180,-90,180,90", "abc"),
        ("bbox=-180,-90,0,180,90,100", "abc"),
        ("bbox=0,40,20,70", "ab"),
        ("bbox=-179.5,-17,-178,-16", "c"),
        ("bbox=179.5,-17,180,-16", "c"),
        ("bbox=170,-20,-170,-10", "c"),
        ("bbox=20,20,21,21", ""),
        ("datetime=2025-06-14T00:00:00Z", "ac"),
        ("datetime=2025-06-14", "ac"),
        ("datetime=2025-06-14T02:00:00%2B02:00", "ac"),
        ("datetime=2025-06-15T00:00:00Z/..", "c"),
        ("datetime=2024-11-30T12:00:00Z/2025-06-14T00:00:00Z", "abc"),
        ("datetime=../2024-03-01T00:00:00Z", "bc"),
        ("datetime=/2024-02-29T00:00:00Z", "c"),
        ("datetime=2024-06-01T00:00:00.123456789Z", "bc"),
        ("bbox=0,40,20,70&datetime=2024-05-01/2024-05-02", "b"),
    ],
)
def test_maps_are_found_by_place_and_time(maps_client, query, expected):
    response = maps_client.get(f"{ITEMS}?{query}")
    assert "".join(found(response)) == expected
    assert response.json()["numberMatched"] == response.json()["numberReturned"] == len(expected)


@pytest.mark.parametrize(
    ("query", "where"),
    [
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("offset=-1", "offset"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=", "bbox"),
        ("bbox=1,2,3,nan", "bbox"),
        ("bbox=1,9,3,4", "bbox"),
        ("bbox=1,2,300,4", "bbox"),
        ("datetime=yesterday", "datetime"),
        ("datetime=", "datetime"),
        ("datetime=../..", "datetime"),
        ("datetime=2025-13-01T00:00:00Z", "datetime"),
        ("datetime=2025-06-01T00:00:00", "datetime"),
        ("datetime=2025-06-02/2025-06-01", "datetime"),
        ("datetime=9999-12-31/..", None),
        ("datetime=2025-01-01/2025-01-02/2025-01-03", "datetime"),
    ],
)
def test_what_cannot_be_searched_is_named(maps_client, query, where):
    response = maps_client.get(f"{ITEMS}?{query}")
    if where is None:
        assert response.status_code == 200
        return
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"][0]["where"] == where


def test_pages_follow_one_another_with_the_same_filter(maps_client):
    page = maps_client.get(f"{ITEMS}?limit=1&bbox=0,40,20,70&datetime=2024-01-01/..").json()
    first = page["features"]
    assert page["numberMatched"] == 2
    assert not [link for link in page["links"] if link["rel"] == "prev"]
    following = maps_client.get(link(page, "next")).json()
    assert [item["id"][0] for item in first + following["features"]] == ["a", "b"]
    assert not [link for link in following["links"] if link["rel"] == "next"]
    assert maps_client.get(link(following, "prev")).json() == page
    assert maps_client.get(link(page, "self")).json() == page


def test_more_than_the_largest_page_is_no_error(maps_client):
    assert "".join(found(maps_client.get(f"{ITEMS}?limit=100000"))) == "abc"


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", f"{ITEMS}/{'0' * 32}", 404),
        ("GET", f"{ITEMS}/x", 422),
        ("GET", "/collections/others", 404),
        ("POST", ITEMS, 405),
        ("DELETE", "/collections/maps", 405),
        ("GET", f"/models/{'x' * 64}", 422),
    ],
)
def test_what_is_not_there_is_a_problem(maps_client, method, address, status):
    response = maps_client.request(method, address)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_a_map_that_has_gone_is_not_listed(tmp_path):
    app = create_app(Settings(data_dir=tmp_path))
    store = app.state.service.store
    three_maps(store)
    http = TestClient(app)
    assert "".join(found(http.get(ITEMS))) == "abc"
    (store.folder / B / "item.json").unlink()
    assert "".join(found(http.get(ITEMS))) == "ac"
    assert http.get("/collections/maps").json()["summaries"]["proj:code"] == ["EPSG:32631", "EPSG:32760"]


def test_maps_on_either_side_of_the_antimeridian_make_a_small_box(maps_app):
    digest = digest_of(maps_app.state.service.store.path(C, "item.json"))
    (bbox,) = map_collection(BASE, [digest])["extent"]["spatial"]["bbox"]
    assert bbox == pytest.approx(list(digest.bbox), abs=1e-6)


def test_conformance_names_what_is_there():
    assert len(set(CONFORMS_TO)) == len(CONFORMS_TO) >= 5
