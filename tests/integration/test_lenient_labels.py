"""`Prefer: handling=lenient`: one wrong label stops nothing, and is named."""

from __future__ import annotations

import copy

import pytest
from adapting import adaptation, correct

LENIENT = {"prefer": "handling=lenient"}


def feature(name, lon, lat):
    return {
        "type": "Feature",
        "properties": {"class": name},
        "geometry": {"type": "Point", "coordinates": [lon, lat]},
    }


@pytest.fixture
def with_faults(scene):
    """The scene's labels, two of them wrong: one far away, one of another class on the first one's pixel."""
    labels = copy.deepcopy(scene.labels)
    first = labels["features"][0]
    other = next(
        f["properties"]["class"] for f in labels["features"] if f["properties"] != first["properties"]
    )
    labels["features"].insert(1, feature(first["properties"]["class"], 100.0, 10.0))
    labels["features"].insert(3, feature(other, *first["geometry"]["coordinates"]))
    return labels


def test_an_adaptation_is_that_of_the_labels_that_can_be_used(client, scene, with_faults):
    body = {"imagery": "blocks", "labels": with_faults}
    assert client.post("/adaptations", json=body).status_code == 422
    made = client.post("/adaptations", json=body, headers=LENIENT)
    assert made.status_code == 201, made.text
    assert made.headers["preference-applied"] == "handling=lenient"
    document = made.json()
    assert [fault["where"] for fault in document["left_out"]] == ["labels[1]", "labels[3]"]
    assert "labels[0]" in document["left_out"][1]["reason"], "it names the other label of the pixel"
    assert document["labels"] == len(scene.labels["features"])
    strict = client.post("/adaptations", json={"imagery": "blocks", "labels": scene.labels}).json()
    assert strict["left_out"] == []
    assert document["labelled_pixels"] == strict["labelled_pixels"]


def test_a_correction_goes_on_without_operations_at_fault(client, scene):
    start = adaptation(client, scene)
    name = scene.labels["features"][0]["properties"]["class"]
    west, south, east, north = start["grid"]["bbox"]
    inside = ((west + east) / 2, (south + north) / 2)
    operations = [
        {"op": "add", "feature": feature(name, 100.0, 10.0)},
        {"op": "move", "label": 2, "geometry": {"type": "Point", "coordinates": [100.0, 10.0]}},
        {"op": "add", "feature": feature(name, *inside)},
    ]
    made = client.post(f"/adaptations/{start['id']}/labels", json={"operations": operations}, headers=LENIENT)
    assert made.status_code == 200, made.text
    document = made.json()
    assert {fault["where"] for fault in document["left_out"]} == {"operations[0]", "operations[1]"}
    assert len(document["changed_labels"]["added"]) == 1
    assert document["changed_labels"]["removed"] == [2], "where it lies now it cannot be used"
    kept = client.get(f"/adaptations/{start['id']}/labels").json()["features"]
    assert [f["id"] for f in kept] == [
        1,
        *range(3, start["labels"] + 1),
        *document["changed_labels"]["added"],
    ]
    assert [step["op"] for step in document["change"]["operations"]] == ["add", "remove"]


def test_it_is_strict_where_nobody_asks_for_leniency(client, scene):
    start = adaptation(client, scene)
    operations = [{"op": "move", "label": 2, "geometry": {"type": "Point", "coordinates": [100.0, 10.0]}}]
    refused = client.post(f"/adaptations/{start['id']}/labels", json={"operations": operations})
    assert refused.status_code == 422
    assert client.get(f"/adaptations/{start['id']}").json()["version"] == 1


def test_where_too_few_labels_would_be_left_all_faults_are_told(client, scene):
    names = sorted({f["properties"]["class"] for f in scene.labels["features"]})[:2]
    labels = {
        "type": "FeatureCollection",
        "features": [scene.labels["features"][0], *(feature(name, 100.0, 10.0) for name in names)],
    }
    refused = client.post("/adaptations", json={"imagery": "blocks", "labels": labels}, headers=LENIENT)
    assert refused.status_code == 422
    assert {fault["where"] for fault in refused.json()["errors"]} == {"labels[1]", "labels[2]"}


def test_what_is_about_no_label_is_refused_as_always(client, scene):
    start = adaptation(client, scene)
    correct(client, start["id"])
    stale = client.post(
        f"/adaptations/{start['id']}/labels", json={"operations": [], "base_version": 1}, headers=LENIENT
    )
    assert stale.status_code == 409
