"""Adaptations to a catalogue's imagery: searched once, and then corrected and looked at from what is open."""

from __future__ import annotations

import numpy as np
import pytest
from adapting import address, correct, pixels, shown
from catalogues import PERIOD, SUMMER, app_with, bbox_of, labels_of, table_of


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
def adapted(client, made):
    body = {"imagery": "summer", "labels": labels_of(made), "bbox": bbox_of(made), **PERIOD}
    response = client.post("/adaptations", json=body)
    assert response.status_code == 201, response.text
    return response.json()


def test_corrections_do_not_search_again(client, adapted, service):
    assert adapted["dates"] >= 1
    service.forget()
    corrected = correct(client, adapted["id"], {"op": "remove", "label": 1})
    assert client.get(corrected["tiles"].format(z=10, x=0, y=0)).status_code == 200
    assert service.requests == 0


def test_live_tiles_of_a_catalogue_are_those_of_its_map(client, adapted):
    tilejson = client.get(f"/tiles/{adapted['id']}/tilejson.json").json()
    zoom = tilejson["maxzoom"]
    live = pixels(client.get(address(tilejson, zoom)))
    assert shown(client.get(f"{address(tilejson, zoom)}&layer=true-color"))
    response = client.post(f"/adaptations/{adapted['id']}/map")
    assert response.status_code == 200, response.text
    map_id = response.headers["location"].rsplit("/", 1)[1]
    of_map = address(tilejson, zoom).replace(adapted["id"], map_id).split("?")[0]
    client.app.state.live._kept._tiles.clear()  # what was kept is the same tile
    np.testing.assert_array_equal(pixels(client.get(of_map)), live)
    assert live[..., 3].any()


def test_labels_that_come_and_go_do_not_move_the_region(client, made):
    labels = labels_of(made)
    response = client.post("/adaptations", json={"imagery": "summer", "labels": labels, **PERIOD})
    assert response.status_code == 201, response.text
    own = response.json()
    after = correct(client, own["id"], {"op": "remove", "label": 1})
    assert after["grid"] == own["grid"]


def test_a_pixel_has_a_spectrum_for_each_step_of_the_period(client, adapted, made):
    west, south, east, north = bbox_of(made)
    here = f"/adaptations/{adapted['id']}"
    found = client.get(f"{here}/pixel", params={"lon": (west + east) / 2, "lat": (south + north) / 2}).json()
    assert [date["date"] for date in found["spectrum"]] == [
        "2025-06-01/2025-06-30",
        "2025-07-01/2025-07-31",
        "2025-08-01/2025-08-31",
    ]
    assert [date["day_of_year"] for date in found["spectrum"]] == [166, 197, 228]
    assert all(len(entry["dates"]) == 3 for entry in found["class_spectra"])
    assert found["observed"]
    assert len(found["nearest_labels"]) == 5
    table = client.get(f"{here}/areas").json()
    assert table["total"]["pixels"] == np.prod(adapted["grid"]["shape"])
    validated = client.get(f"{here}/validation").json()
    assert validated["folds"] >= 5
    assert validated["accuracy"] > 0.5
