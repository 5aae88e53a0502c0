from __future__ import annotations

import json
import re
import threading
import time

import numpy as np
import pytest
import rasterio
from rasterio.io import MemoryFile
from rasterio.warp import transform_bounds

MAP_ID = re.compile(r"/maps/[0-9a-f]{32}")


def body(scene, **more):
    return {"imagery": "blocks", "labels": scene.labels, **more}


def test_labels_become_a_geotiff_of_their_classes(made, scene):
    assert made.headers["content-type"] == "image/tiff; application=geotiff; profile=cloud-optimized"
    with MemoryFile(made.content) as memory, memory.open() as source, rasterio.open(scene.path) as image:
        assert (source.crs, source.transform, source.shape) == (image.crs, image.transform, image.shape)
        mapped = source.read(1)
        classes = json.loads(source.tags()["CLASSES"])
    values = np.array([next(c["value"] for c in classes if c["name"] == name) for name in _names(scene)])
    valid = mapped > 0
    assert np.array_equal(~valid, _corner(mapped.shape))
    assert (mapped == values[scene.truth()])[valid].mean() > 0.98


def test_a_map_is_found_where_location_says(made, client):
    assert MAP_ID.fullmatch(made.headers["location"])
    item = client.get(made.headers["location"]).json()
    assert item["id"] == made.headers["location"].rsplit("/", 1)[1]
    hrefs = {asset["href"] for asset in item["assets"].values()}
    assert all(
        href.startswith(f"{client.base_url}/maps/{item['id']}/".replace("//maps", "/maps")) for href in hrefs
    )
    for href in hrefs:
        assert client.get(href).status_code == 200
    assert client.get(item["assets"]["landcover"]["href"]).content == made.content
    tilejson = next(link["href"] for link in item["links"] if link["rel"] == "tilejson")
    assert client.get(tilejson).json()["tilejson"] == "3.0.0"


def test_the_item_follows_stac_and_geojson(made, client):
    response = client.get(made.headers["location"])
    assert response.headers["content-type"] == "application/geo+json"
    item = response.json()
    assert (item["type"], item["stac_version"]) == ("Feature", "1.1.0")
    assert item["properties"]["datetime"] == "2025-06-14T00:00:00Z"
    assert item["properties"]["landshot:imagery"] == "blocks"
    assert len(item["properties"]["landshot:model"]["sha256"]) == 64


@pytest.mark.parametrize(
    ("accept", "content_type"),
    [
        (None, "image/tiff"),
        ("*/*", "image/tiff"),
        ("image/*", "image/tiff"),
        ("image/tiff, application/json;q=0.5", "image/tiff"),
        ("application/json", "application/json"),
        ("application/geo+json", "application/geo+json"),
        ("application/json, image/tiff;q=0.9", "application/json"),
    ],
)
def test_the_answer_comes_as_the_client_accepts_it(client, scene, made, accept, content_type):
    headers = {} if accept is None else {"accept": accept}
    response = client.post("/adapt", json=body(scene), headers=headers)
    assert response.status_code == 200
    assert response.headers["content-type"].split(";")[0] == content_type
    assert response.headers["location"] == made.headers["location"]


def test_what_nobody_can_give_is_not_acceptable(client, scene):
    response = client.post("/adapt", json=body(scene), headers={"accept": "image/png"})
    assert response.status_code == 406
    assert "image/tiff, application/json" in response.json()["detail"]


def test_the_same_request_is_the_same_map_in_any_order_of_its_labels(client, scene, made):
    features = list(reversed(scene.labels["features"]))
    again = client.post("/adapt", json=body(scene, labels=scene.collection(*features)))
    assert again.headers["location"] == made.headers["location"]
    assert again.headers["cache-status"] == "landshot; hit"
    assert again.content == made.content


def test_a_map_made_anew_has_the_same_bytes(client, scene, made):
    again = client.post("/adapt", json=body(scene), headers={"cache-control": "no-cache"})
    assert again.headers["cache-status"] == "landshot; fwd=miss; stored"
    assert again.headers["location"] == made.headers["location"]
    assert again.content == made.content


def test_stages_are_timed_in_server_timing(client, scene):
    response = client.post("/adapt", json=body(scene), headers={"cache-control": "no-cache"})
    stages = dict(part.split(";dur=") for part in response.headers["server-timing"].split(", "))
    assert list(stages) == ["reading-labels", "loading-model", "adapting", "mapping", "writing"]
    assert all(float(milliseconds) >= 0 for milliseconds in stages.values())


def test_a_box_maps_only_what_is_in_it(client, scene):
    west, south, east, north = scene.bbox
    inside = [west + 0.02 * (east - west), south + 0.1 * (north - south), east, north]
    response = client.post("/adapt", json=body(scene, bbox=inside))
    assert response.status_code == 200, response.text
    left, bottom, right, top = transform_bounds(4326, "EPSG:32631", *inside, densify_pts=101)
    with MemoryFile(response.content) as memory, memory.open() as source:
        assert source.bounds.left <= left < source.bounds.left + 10
        assert source.bounds.bottom <= bottom < source.bounds.bottom + 10
        assert source.bounds.right - 10 < right <= source.bounds.right
        assert source.bounds.top - 10 < top <= source.bounds.top


def test_a_given_legend_gives_the_values_and_colours(client, scene):
    legend = [
        {"value": 7 + index, "name": name, "color": f"#10203{index}"}
        for index, name in enumerate(_names(scene))
    ]
    response = client.post("/adapt", json=body(scene, legend=legend))
    assert response.status_code == 200, response.text
    with MemoryFile(response.content) as memory, memory.open() as source:
        assert set(np.unique(source.read(1))) == {0, 7, 8, 9, 10}
        assert source.colormap(1)[8] == (0x10, 0x20, 0x31, 255)


def test_maps_are_listed_the_newest_first_and_in_pages(client, made):
    listed = client.get("/maps").json()
    assert listed["type"] == "FeatureCollection"
    assert made.headers["location"].rsplit("/", 1)[1] in {item["id"] for item in listed["features"]}
    assert listed["numberMatched"] == listed["numberReturned"] == len(listed["features"])
    first = client.get("/maps", params={"limit": 1}).json()
    assert first["features"] == listed["features"][:1]
    if listed["numberMatched"] > 1:
        following = next(link["href"] for link in first["links"] if link["rel"] == "next")
        assert client.get(following).json()["features"] == listed["features"][1:2]


def test_files_are_read_in_ranges(made, client):
    path = f"{made.headers['location']}/landcover.tif"
    part = client.get(path, headers={"range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.headers["content-range"] == f"bytes 100-199/{len(made.content)}"
    assert part.content == made.content[100:200]


def test_gdal_reads_map_and_category_names_over_http(made, client):
    with rasterio.open(
        f"/vsicurl/{client.base_url}{made.headers['location']}/landcover.tif".replace("//maps", "/maps")
    ) as source:
        with MemoryFile(made.content) as memory, memory.open() as local:
            np.testing.assert_array_equal(source.read(1), local.read(1))
        assert any(file.endswith(".aux.xml") for file in source.files)


def test_an_unchanged_file_is_not_sent_again(made, client):
    path = f"{made.headers['location']}/confidence.tif"
    first = client.get(path)
    again = client.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    other = client.get(path, headers={"if-none-match": '"other"'})
    assert other.status_code == 200


def test_head_says_how_large_a_file_is(made, client):
    response = client.head(f"{made.headers['location']}/landcover.tif")
    assert response.status_code == 200
    assert int(response.headers["content-length"]) == len(made.content)
    assert response.content == b""


def test_imagery_is_described_without_its_path(client, scene):
    (described,) = client.get("/imagery").json()["imagery"]
    assert described["name"] == "blocks"
    assert [band["name"] for band in described["bands"]] == ["B02", "B03", "B04", "B08", "B11", "B12"]
    assert described["bbox"] == pytest.approx(scene.bbox, abs=1e-4)
    assert described["date"] == "2025-06-14"
    assert str(scene.path.parent) not in client.get("/imagery").text


def test_models_are_described(client):
    (model,) = client.get("/models").json()["models"]
    assert len(model["sha256"]) == 64
    assert model["default"] is True


def test_health_is_answered(client):
    assert client.get("/livez").json() == {"status": "alive"}
    assert set(client.get("/readyz").json()["parts"].values()) == {"ready"}


def test_the_server_stays_alive_to_others_while_it_makes_a_map(client, scene, server):
    import httpx2  # noqa: PLC0415 - only where a server runs

    done = threading.Event()
    answers = []

    def adapt():
        with httpx2.Client(base_url=server.url, timeout=60) as other:
            for _ in range(3):
                headers = {"cache-control": "no-cache"}
                answers.append(other.post("/adapt", json=body(scene), headers=headers).status_code)
        done.set()

    maker = threading.Thread(target=adapt)
    maker.start()
    waits = []
    while not done.is_set():
        began = time.perf_counter()
        assert client.get("/livez").status_code == 200
        waits.append(time.perf_counter() - began)
    maker.join()
    assert answers == [200, 200, 200]
    assert max(waits) < 1.0


def test_the_example_of_the_documentation_works(client):
    described = client.get("/openapi.json").json()
    content = described["paths"]["/adapt"]["post"]["requestBody"]["content"]["application/json"]
    assert content["schema"] == {"$ref": "#/components/schemas/AdaptRequest"}
    response = client.post("/adapt", json=content["example"])
    assert response.status_code == 200, response.text


def test_every_reference_of_the_documentation_resolves(client):
    described = client.get("/openapi.json").json()
    for reference in set(re.findall(r'"\$ref": ?"#/([^"]+)"', json.dumps(described))):
        target = described
        for part in reference.split("/"):
            target = target[part]


def test_a_request_keeps_the_name_that_a_proxy_gave_it(client):
    assert client.get("/livez", headers={"x-request-id": "abc-1"}).headers["x-request-id"] == "abc-1"
    made_up = client.get("/livez", headers={"x-request-id": "a b\tc"}).headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{16}", made_up)


def _names(scene):
    return list(dict.fromkeys(feature["properties"]["class"] for feature in scene.labels["features"]))


def _corner(shape):
    corner = np.zeros(shape, dtype=bool)
    corner[:20, :20] = True
    return corner


@pytest.mark.parametrize("beside", ["landcover.tif.ovr", "landcover.tif.msk", "landcover.aux", "item.json"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_files_that_gdal_looks_for_beside_a_map_are_not_found(made, client, beside, method):
    response = client.request(method, f"{made.headers['location']}/{beside}")
    assert response.status_code == 404
    assert response.headers["content-type"] == "application/problem+json"
