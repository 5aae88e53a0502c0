"""A catalogue as a source of the server: from search to map, and what the map says of it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from catalogues import PERIOD, SUMMER, app_with, bbox_of, labels_of, table_of
from odc.geo.geobox import GeoBox
from pystac.validation import validate_dict
from rasterio.io import MemoryFile

JSON = {"accept": "application/json"}


@pytest.fixture(scope="module")
def made(simulated_catalogue):
    return simulated_catalogue(SUMMER)


@pytest.fixture
def service(made, serve_stac):
    return serve_stac(made.folder)


@pytest.fixture
def client(made, service, tmp_path):
    with app_with(tmp_path, {"summer": table_of(made, service)}) as http:
        yield http


def body_of(made, **more):
    return {"imagery": "summer", "labels": labels_of(made), "bbox": bbox_of(made), **PERIOD, **more}


def raster(client, item, name):
    content = client.get(item["assets"][name]["href"]).content
    with MemoryFile(content) as memory, memory.open() as file:
        return file.read(1), GeoBox(file.shape, file.transform, str(file.crs))


def test_a_box_and_a_period_become_a_map(client, made):
    response = client.post("/adapt", json=body_of(made), headers=JSON)
    assert response.status_code == 200, response.text
    stages = [part.split(";")[0] for part in response.headers["server-timing"].split(", ")]
    assert stages == ["searching", "reading-labels", "loading-model", "adapting", "mapping", "writing"]
    item = response.json()
    mapped, geobox = raster(client, item, "landcover")
    truth = made.classes(geobox)
    assert (mapped[mapped > 0] == truth[mapped > 0]).mean() > 0.7
    confidence, _ = raster(client, item, "confidence")
    np.testing.assert_array_equal(mapped == 0, confidence == 255)


def test_clear_observations_are_counted_beside_the_map(client, made):
    item = client.post("/adapt", json=body_of(made), headers=JSON).json()
    mapped, geobox = raster(client, item, "landcover")
    counts, _ = raster(client, item, "observations")
    assert counts.dtype == np.uint16
    np.testing.assert_array_equal(mapped == 0, counts == 0)
    used = {scene["id"] for scene in item["properties"]["landshot:scenes"]}
    most = sum((made.clouds(scene.id, geobox) == 0).astype(int) for scene in made.scenes if scene.id in used)
    assert (counts <= most + 1).mean() > 0.98
    assert len(used) / 2 < counts.max() <= len(used)
    absent = client.get(item["assets"]["observations"]["href"].replace("observations", "counts"))
    assert absent.status_code == 404


def test_the_item_names_every_scene_and_how_its_numbers_were_read(client, made, service, tmp_path):
    response = client.post("/adapt", json=body_of(made, steps="season"), headers=JSON)
    item = response.json()
    lineage = [link for link in item["links"] if link["rel"] == "derived_from"]
    validate_dict(item | {"stac_extensions": []})
    properties = item["properties"]
    assert properties["datetime"] is None
    assert properties["start_datetime"] == "2025-06-01T00:00:00Z"
    assert properties["end_datetime"] == "2025-08-31T23:59:59Z"
    names = {scene["id"] for scene in properties["landshot:scenes"]}
    assert all(
        "reflectance = stored number * 0.0001" in s["radiometry"] for s in properties["landshot:scenes"]
    )
    links = [link for link in lineage if "mlm:name" not in link]
    assert len(links) == len(lineage) - 1, "the other one is the model"
    assert {link["title"] for link in links} == names
    assert all(link["href"].startswith(service.url) for link in links)
    left_out = {one["id"]: one["reason"] for one in properties["landshot:left_out"]}
    assert names.isdisjoint(left_out)
    assert names | set(left_out) == {scene.id for scene in made.scenes}
    assert all("are cloudy; up to 80 % are taken" in reason for reason in left_out.values())
    assert [step["start"] for step in properties["landshot:steps"]] == ["2025-06-01"]
    assert str(tmp_path) not in response.text
    assert str(made.folder) not in response.text


def test_a_catalogue_on_the_servers_disk_is_told_to_nobody(made, tmp_path):
    table = {"kind": "static", "url": str(made.collection), "offset_rule": "earth-search", "steps": "month"}
    with app_with(tmp_path, {"local": table}) as http:
        response = http.post("/adapt", json=body_of(made, imagery="local"), headers=JSON)
        assert response.status_code == 200, response.text
        derived = [link for link in response.json()["links"] if link["rel"] == "derived_from"]
        assert [link["href"].partition("/models/")[0] for link in derived] == ["http://testserver"]
        assert len(response.json()["properties"]["landshot:scenes"]) == 9
        listed = http.get("/imagery")
    assert str(made.folder) not in response.text + listed.text


def test_the_region_of_labels_alone_is_around_them(client, made):
    asked = body_of(made)
    del asked["bbox"]
    item = client.post("/adapt", json=asked, headers=JSON).json()
    [note] = [note for note in item["properties"]["landshot:notes"] if "No bbox was given" in note]
    assert "500 m around" in note
    west, south, east, north = item["bbox"]
    lonlat = np.array([f["geometry"]["coordinates"] for f in asked["labels"]["features"]])
    assert (lonlat > [west, south]).all()
    assert (lonlat < [east, north]).all()


def test_the_same_request_finds_its_map_and_another_period_makes_another(client, made, service):
    first = client.post("/adapt", json=body_of(made))
    assert first.headers["cache-status"] == "landshot; fwd=miss; stored"
    service.forget()
    again = client.post("/adapt", json=body_of(made))
    assert again.headers["cache-status"] == "landshot; hit"
    assert again.content == first.content
    assert service.requests == 0
    other = client.post("/adapt", json=body_of(made, end="2025-07-31"))
    assert other.headers["location"] != first.headers["location"]
    steps = client.post("/adapt", json=body_of(made, steps="all"))
    assert steps.headers["location"] not in (first.headers["location"], other.headers["location"])


@pytest.mark.parametrize("settings", [{"tile_size": 64}, {"memory_bytes": 50_000_000, "read_threads": 1}])
def test_no_setting_of_memory_changes_a_byte(client, made, service, tmp_path, settings):
    first = client.post("/adapt", json=body_of(made))
    folder = tmp_path / "other"
    folder.mkdir()
    with app_with(folder, {"summer": table_of(made, service)}, **settings) as http:
        other = http.post("/adapt", json=body_of(made))
        assert other.content == first.content
        assert other.headers["location"] == first.headers["location"]


def test_simulated_imagery_is_a_source_too(tmp_path):
    table = {"kind": "simulated", "height": 300, "width": 300, "days": [105, 196], "cloud_share": 0.1}
    with app_with(tmp_path, {"play": table}) as http:
        described = http.get("/imagery").json()["imagery"][0]
        assert (described["kind"], described["dates"], described["height"]) == ("simulated", 2, 300)
        west, south, east, north = described["bbox"]
        points = [
            {
                "type": "Feature",
                "properties": {"class": name},
                "geometry": {
                    "type": "Point",
                    "coordinates": [west + share * (east - west), south + share * (north - south)],
                },
            }
            for name, share in (("a", 0.35), ("b", 0.52), ("a", 0.61), ("b", 0.7))
        ]
        labels = {"type": "FeatureCollection", "features": points}
        response = http.post("/adapt", json={"labels": labels}, headers=JSON)
        assert response.status_code == 200, response.text
        counts, _ = raster(http, response.json(), "observations")
        assert set(np.unique(counts)) <= {0, 1, 2}
        assert response.json()["properties"]["landshot:simulated"] is True
        json.dumps(response.json(), allow_nan=False)
