"""Tiles of a catalogue's imagery before there is any label: of a box and a period, searched once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from adapting import TMS, address, pixels, shown, tile_over
from catalogues import PERIOD, SUMMER, app_with, bbox_of, labels_of, table_of

HERE = "/imagery/summer"


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


@pytest.fixture
def asked(made):
    return {"bbox": ",".join(map(str, bbox_of(made))), **PERIOD}


def ready(client, path, params):
    """What comes of it in the end: a catalogue may take longer than ten seconds on a busy machine."""
    for _ in range(12):
        response = client.get(path, params=params)
        if response.status_code != 503:
            break
        assert int(response.headers["retry-after"]) >= 1
    assert response.status_code == 200, response.text
    return response


def test_a_box_and_a_period_are_shown_as_an_adaptation_to_them_is(client, made, asked, service):
    (listed,) = client.get("/imagery").json()["imagery"]
    layers = [layer["id"] for layer in listed["layers"]]
    tilejson = ready(client, f"{HERE}/tilejson.json", asked).json()
    assert tilejson["landshot:layers"] == layers
    zoom = tilejson["maxzoom"]
    pictures = {
        layer: ready(client, f"{address(tilejson, zoom)}&layer={layer}", None)
        for layer in ("true-color", "ndvi")
    }
    assert all(shown(picture) for picture in pictures.values())
    searched = service.api.searches
    body = {"imagery": "summer", "labels": labels_of(made), "bbox": bbox_of(made), **PERIOD}
    own = client.post("/adaptations", json=body).json()
    assert service.api.searches == searched, "what was found for the pictures serves the adaptation"
    its = client.get(f"/tiles/{own['id']}/tilejson.json").json()
    for layer, picture in pictures.items():
        of_adaptation = client.get(address(its, zoom), params={"layer": layer, "version": 1})
        assert of_adaptation.content == picture.content


def test_many_who_look_at_once_search_once(client, asked, service):
    west, south, east, north = map(float, asked["bbox"].split(","))
    tile = TMS.tile((west + east) / 2, (south + north) / 2, 14)
    with ThreadPoolExecutor(6) as readers:
        tiles = [
            readers.submit(ready, client, f"{HERE}/tiles/14/{tile.x + number % 2}/{tile.y}.png", asked)
            for number in range(6)
        ]
        contents = {tiles[number].result().content for number in range(6)}
    assert len(contents) <= 2
    searches = service.api.searches
    assert pixels(ready(client, f"{HERE}/tiles/14/{tile.x}/{tile.y}.png", {**asked, "layer": "nbr"})).any()
    assert service.api.searches == searches >= 1


@pytest.mark.parametrize("missing", ["bbox", "start", "end"])
def test_box_and_period_have_to_be_given(client, asked, missing, service):
    service.forget()
    params = {name: value for name, value in asked.items() if name != missing}
    for path in (f"{HERE}/tilejson.json", f"{HERE}/tiles/3/3/2.png"):
        refused = client.get(path, params=params)
        assert refused.status_code == 422
        assert [fault["where"] for fault in refused.json()["errors"]] == [missing]
    assert service.requests == 0


def test_a_period_without_imagery_is_a_problem(client, asked):
    refused = client.get(f"{HERE}/tilejson.json", params=asked | {"start": "2025-03-01", "end": "2025-03-31"})
    assert refused.status_code == 422
    assert refused.json()["type"] == "/problems/no-scenes"
    backwards = client.get(f"{HERE}/tilejson.json", params=asked | {"end": "2025-03-31"})
    assert backwards.json()["type"] == "/problems/invalid-period"


def test_another_box_of_the_same_catalogue_has_another_picture(client, made, asked):
    west, south, east, north = bbox_of(made)
    part = {**asked, "bbox": ",".join(map(str, (west, south, (west + east) / 2, north)))}
    whole, half = (ready(client, f"{HERE}/tilejson.json", params).json() for params in (asked, part))
    assert half["bounds"][2] < whole["bounds"][2]
    tile = tile_over(half, half["maxzoom"])
    one, other = (
        ready(client, f"{HERE}/tiles/{tile.z}/{tile.x}/{tile.y}.png", params) for params in (asked, part)
    )
    assert one.headers["etag"] != other.headers["etag"]
