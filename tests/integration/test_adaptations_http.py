from __future__ import annotations

import json
import time
from urllib.parse import urlsplit

import pytest
from adapting import adaptation, correct
from rasterio.io import MemoryFile


@pytest.fixture(scope="module")
def adapted(client, scene):
    return adaptation(client, scene)


@pytest.fixture
def own(client, scene):
    """An adaptation that a test may change."""
    return adaptation(client, scene)


def labels_of(client, adaptation_id, **params):
    response = client.get(f"/adaptations/{adaptation_id}/labels", params=params)
    assert response.headers["content-type"] == "application/geo+json"
    return {feature["id"]: feature for feature in response.json()["features"]}


def class_of(feature):
    return feature["properties"]["class"]


def add(scene, row, col, name):
    return {"op": "add", "feature": scene.point(row, col, name)}


def test_an_adaptation_says_what_it_is_and_where_its_tiles_are(client, adapted, scene):
    assert adapted["version"] == 1
    assert adapted["parent"] is None
    assert adapted["labelled_pixels"] == {"tree cover": 4, "cropland": 4, "built-up": 4, "water": 4}
    assert [entry["name"] for entry in adapted["legend"]] == ["tree cover", "cropland", "built-up", "water"]
    assert adapted["grid"]["shape"] == [192, 256]
    assert adapted["grid"]["bbox"] == pytest.approx(scene.bbox, abs=1e-3)
    assert adapted[
        "tiles"
    ] == f"{client.base_url}/tiles/{adapted['id']}/{{z}}/{{x}}/{{y}}.png?version=1".replace(
        "//tiles", "/tiles"
    )
    assert adapted["model"]["model"] == "landshot"
    assert set(adapted["seconds"]) >= {"reading labels", "adapting"}


def test_it_is_found_again(client, adapted):
    response = client.get(f"/adaptations/{adapted['id']}")
    assert response.json()["version"] == 1
    assert response.json()["is_current"]
    assert adapted["id"] in {entry["id"] for entry in client.get("/adaptations").json()["adaptations"]}


def test_the_list_has_pages(client, scene):
    made = [adaptation(client, scene)["id"] for _ in range(2)]
    first = client.get("/adaptations", params={"limit": 1}).json()
    assert [entry["id"] for entry in first["adaptations"]] == [made[1]]
    following = next(link["href"] for link in first["links"] if link["rel"] == "next")
    assert [entry["id"] for entry in client.get(following).json()["adaptations"]] == [made[0]]


def test_labels_have_names(client, adapted, scene):
    labels = labels_of(client, adapted["id"])
    assert list(labels) == list(range(1, 17))
    sent = [feature["geometry"] for feature in scene.labels["features"]]
    assert [feature["geometry"] for feature in labels.values()] == sent


def test_a_correction_is_a_new_version(client, own, scene):
    moved = scene.point(100, 30, "tree cover")["geometry"]
    made = correct(
        client,
        own["id"],
        add(scene, 50, 60, "tree cover"),
        {"op": "move", "label": 1, "geometry": moved},
        {"op": "class", "label": 5, "class": "tree cover"},
        {"op": "remove", "label": 6},
    )
    assert (made["version"], made["parent"], made["is_current"]) == (2, 1, True)
    assert made["changed_labels"] == {"added": [17], "changed": [1, 5], "removed": [6]}
    assert made["labelled_pixels"] == {"tree cover": 6, "cropland": 2, "built-up": 4, "water": 4}
    assert made["change"]["operations"][0] == {"op": "add", "label": 17}
    assert made["tiles"].endswith("version=2")
    after = labels_of(client, own["id"])
    assert after[1]["geometry"] == moved
    assert class_of(after[5]) == "tree cover"
    assert 6 not in after
    assert class_of(after[17]) == "tree cover"
    before = labels_of(client, own["id"], version=1)
    assert sorted(before) == list(range(1, 17))
    assert client.get(f"/adaptations/{own['id']}").json()["version"] == 2


def test_a_correction_is_what_the_same_labels_sent_at_once_are(client, own, scene):
    made = correct(client, own["id"], add(scene, 50, 100, "water"))
    at_once = scene.collection(*scene.labels["features"], scene.point(50, 100, "water"))
    other = adaptation(client, scene, labels=at_once)
    tile = made["tiles"].format(z=14, x=8389, y=5466)
    assert (
        client.get(tile).headers["etag"]
        == client.get(other["tiles"].format(z=14, x=8389, y=5466)).headers["etag"]
    )


def test_undo_goes_back_and_redo_forward(client, own):
    correct(client, own["id"], {"op": "remove", "label": 1})
    correct(client, own["id"], {"op": "remove", "label": 2})
    back = correct(client, own["id"], {"op": "undo"})
    assert (back["version"], back["changed_labels"]) == (2, {"added": [2], "changed": [], "removed": []})
    assert correct(client, own["id"], {"op": "undo"})["version"] == 1
    assert correct(client, own["id"], {"op": "redo"}, {"op": "redo"})["version"] == 3
    assert len(labels_of(client, own["id"])) == 14
    # Another way from version 2 on; redo then follows the newest.
    branched = correct(client, own["id"], {"op": "undo"}, {"op": "remove", "label": 3})
    assert (branched["version"], branched["parent"]) == (4, 2)
    assert correct(client, own["id"], {"op": "undo"})["version"] == 2
    assert correct(client, own["id"], {"op": "redo"})["version"] == 4


def test_there_is_an_end_to_undo_and_to_redo(client, own):
    for step in ("undo", "redo"):
        refused = client.post(f"/adaptations/{own['id']}/labels", json={"operations": [{"op": step}]})
        assert refused.status_code == 422
        assert refused.json()["errors"] == [
            {"where": "operations[0]", "reason": f"there is nothing to {step} at version 1"}
        ]


def test_a_version_can_be_returned_to_and_that_undone(client, own):
    correct(client, own["id"], {"op": "remove", "label": 1})
    correct(client, own["id"], {"op": "remove", "label": 2})
    restored = client.post(f"/adaptations/{own['id']}/versions/1/restore").json()
    assert (restored["version"], restored["parent"]) == (4, 3)
    assert restored["change"] == {"operations": [{"op": "restore", "version": 1}]}
    assert restored["changed_labels"]["added"] == [1, 2]
    assert correct(client, own["id"], {"op": "undo"})["version"] == 3


def test_the_history_is_listed(client, own):
    correct(client, own["id"], {"op": "remove", "label": 1})
    correct(client, own["id"], {"op": "undo"})
    found = client.get(f"/adaptations/{own['id']}/versions").json()["versions"]
    assert [(each["version"], each["parent"], each["is_current"]) for each in found] == [
        (2, 1, False),
        (1, None, True),
    ]
    assert client.get(f"/adaptations/{own['id']}/versions/2").json()["change"] == {
        "operations": [{"op": "remove", "label": 1}]
    }
    assert client.get(f"/adaptations/{own['id']}/versions/3").status_code == 404


def test_names_of_labels_are_never_used_again(client, own, scene):
    correct(client, own["id"], add(scene, 50, 60, "tree cover"))
    made = correct(client, own["id"], {"op": "undo"}, add(scene, 60, 60, "tree cover"))
    assert made["changed_labels"] == {"added": [18], "changed": [], "removed": [17]}


def test_versions_are_compared_pixel_by_pixel(client, own):
    swapped = [
        {"op": "class", "label": label, "class": "water" if label <= 4 else "tree cover"}
        for label in (1, 2, 3, 4, 13, 14, 15, 16)
    ]
    correct(client, own["id"], *swapped)
    found = client.get(f"/adaptations/{own['id']}/compare", params={"from": 1, "to": 2}).json()
    assert (found["from"], found["to"], found["step"]) == (1, 2, 1)
    assert found["compared_pixels"] == found["region_pixels"] == 192 * 256
    pairs = {(c["from"]["name"], c["to"]["name"]): c["pixels"] for c in found["changes"]}
    assert pairs["tree cover", "water"] > 0.9 * 192 * 64 - 400  # a corner is nodata
    assert pairs["water", "tree cover"] > 0.9 * 192 * 64
    assert found["changed_pixels"] == sum(pairs.values())
    assert client.get(f"/adaptations/{own['id']}/compare").json() == found
    assert client.get(f"/adaptations/{own['id']}/compare", params={"to": 1}).status_code == 422
    same = client.get(f"/adaptations/{own['id']}/compare", params={"from": 2}).json()
    assert (same["to"], same["changed_pixels"], same["changes"]) == (2, 0, [])


def test_nobody_overwrites_what_another_has_just_changed(client, own):
    here = f"/adaptations/{own['id']}"
    etag = client.get(here).headers["etag"]
    step = {"operations": [{"op": "remove", "label": 1}]}
    assert client.post(f"{here}/labels", json=step, headers={"if-match": etag}).status_code == 200
    late = client.post(f"{here}/labels", json=step, headers={"if-match": etag})
    assert (late.status_code, late.json()["type"]) == (412, "/problems/precondition-failed")
    late = client.post(f"{here}/labels", json={**step, "base_version": 1})
    assert (late.status_code, late.json()["type"]) == (409, "/problems/version-conflict")
    other = {"operations": [{"op": "remove", "label": 2}], "base_version": 2}
    assert client.post(f"{here}/labels", json=other).status_code == 200


def test_the_etag_of_an_adaptation_changes_with_it(client, own):
    here = f"/adaptations/{own['id']}"
    etag = client.get(here).headers["etag"]
    assert client.get(here, headers={"if-none-match": etag}).status_code == 304
    changed = client.post(f"{here}/labels", json={"operations": [{"op": "remove", "label": 1}]})
    assert (
        client.get(here, headers={"if-none-match": etag}).headers["etag"] == changed.headers["etag"] != etag
    )


TWICE = [{"op": "remove", "label": 1}, {"op": "class", "label": 1, "class": "x"}]
NODATA = [{"value": 1, "name": "tree cover"}, {"value": 0, "name": "x"}]
CLASSES = ("tree cover", "cropland", "built-up", "water")


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"operations": [{"op": "remove", "label": 99}]}, "operations[0].label"),
        ({"operations": TWICE}, "operations[1].label"),
        ({"operations": [{"op": "paint"}]}, "operations[0]"),
        ({"operations": [{"op": "move", "label": 1}]}, "operations[0].move.geometry"),
        ({"operations": [{"op": "move", "label": 1, "geometry": {"type": "Point"}}]}, "operations[0]"),
        ({"operations": [{"op": "add", "feature": {}}]}, "operations[0]"),
        ({"operations": [{"op": "class", "label": 2, "class": ""}]}, "operations[0]"),
        ({"operation": []}, "operation"),
        ({"operations": [], "base_version": 0}, "base_version"),
        ({"operations": [], "legend": NODATA}, "legend[1].value"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused_by_its_place(client, adapted, body, where):
    refused = client.post(f"/adaptations/{adapted['id']}/labels", json=body)
    assert refused.status_code == 422, refused.text
    assert where in {error["where"] for error in refused.json()["errors"]}
    assert client.get(f"/adaptations/{adapted['id']}").json()["version"] == 1


def test_refusals_speak_of_operations_and_names_of_labels(client, own, scene):
    correct(client, own["id"], {"op": "remove", "label": 1})
    outside = {"type": "Point", "coordinates": [0, 0]}
    refused = client.post(
        f"/adaptations/{own['id']}/labels",
        json={"operations": [add(scene, 50, 60, "water"), {"op": "move", "label": 5, "geometry": outside}]},
    )
    assert [error["where"] for error in refused.json()["errors"]] == ["operations[1]"]
    twice = client.post(
        f"/adaptations/{own['id']}/labels",
        json={"operations": [add(scene, 33, 83, "water"), add(scene, 33, 83, "cropland")]},
    )
    (error,) = twice.json()["errors"]
    assert error["where"] == "operations[1]"
    assert "label 17" in error["reason"]


@pytest.mark.parametrize("depth", [10, 960, 970, 980, 990, 5000])
def test_nesting_is_refused_at_any_depth(client, adapted, depth):
    nested = "[" * depth + "]" * depth
    geometry = f'{{"type": "Polygon", "coordinates": {nested}}}'
    refused = client.post(
        f"/adaptations/{adapted['id']}/labels",
        content=f'{{"operations": [{{"op": "move", "label": 1, "geometry": {geometry}}}]}}',
        headers={"content-type": "application/json"},
    )
    assert refused.status_code in (400, 422)


def test_undo_comes_before_what_it_does_not_undo(client, adapted):
    refused = client.post(
        f"/adaptations/{adapted['id']}/labels",
        json={"operations": [{"op": "remove", "label": 1}, {"op": "undo"}]},
    )
    assert refused.status_code == 422
    assert "undo and redo come first" in refused.json()["detail"]


def test_a_new_class_leaves_the_others_as_they_are(client, own, scene):
    made = correct(client, own["id"], add(scene, 30, 100, "asphalt"), add(scene, 60, 100, "asphalt"))
    before = {entry["name"]: entry for entry in own["legend"]}
    after = {entry["name"]: entry for entry in made["legend"]}
    assert {name: after[name] for name in before} == before
    again = correct(client, own["id"], add(scene, 30, 110, "a class before it"))
    values = {entry["name"]: (entry["value"], entry["color"]) for entry in again["legend"]}
    assert values["asphalt"] == (after["asphalt"]["value"], after["asphalt"]["color"])


def test_a_legend_of_ones_own_is_kept(client, scene):
    legend = [{"value": 10 + number, "name": name} for number, name in enumerate(CLASSES)]
    own = adaptation(client, scene, legend=legend)
    made = correct(client, own["id"], {"op": "remove", "label": 1})
    assert [(e["value"], e["name"]) for e in made["legend"]] == [(e["value"], e["name"]) for e in legend]
    refused = client.post(
        f"/adaptations/{own['id']}/labels", json={"operations": [add(scene, 9, 99, "asphalt")]}
    )
    assert "not in the legend" in refused.json()["errors"][0]["reason"]
    wider = [*legend, {"value": 99, "name": "asphalt"}]
    made = correct(client, own["id"], add(scene, 9, 99, "asphalt"), legend=wider)
    assert made["legend"][-1]["value"] == 99


def test_the_map_of_a_version_is_that_of_its_labels(client, own, scene):
    made = correct(client, own["id"], add(scene, 50, 100, "cropland"))
    response = client.post(f"/adaptations/{own['id']}/map")
    assert response.headers["location"].startswith("/maps/")
    labels = scene.collection(*scene.labels["features"], scene.point(50, 100, "cropland"))
    direct = client.post("/adapt", json={"imagery": "blocks", "labels": labels})
    assert direct.headers["location"] == response.headers["location"]
    with MemoryFile(response.content) as memory, memory.open() as source:
        assert list(source.shape) == made["grid"]["shape"]
        assert list(source.transform)[:6] == made["grid"]["transform"]
    links = client.get(f"/adaptations/{own['id']}").json()["links"]
    there = next(link["href"] for link in links if link["rel"] == "map")
    assert there.endswith(response.headers["location"])


def test_the_map_of_a_version_may_be_a_job(client, own):
    correct(client, own["id"], {"op": "remove", "label": 9})
    response = client.post(f"/adaptations/{own['id']}/map", headers={"prefer": "respond-async"})
    assert response.status_code == 201
    job = response.headers["location"]
    assert job.startswith("/jobs/")
    deadline = time.monotonic() + 60
    while (status := client.get(job).json())["status"] in ("accepted", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert status["status"] == "successful", status
    assert status["landshot:adaptation"] == {"id": own["id"], "version": 2}


def test_a_map_leads_to_its_adaptation(client, scene):
    labels = scene.collection(*scene.labels["features"][:15])
    body = {"imagery": "blocks", "labels": labels}
    first = client.post("/adapt", json=body)
    link = first.headers["link"]
    assert link.endswith('; rel="edit"')
    found = client.get(link[1 : link.index(">")])
    assert found.json()["labels"] == 15
    assert client.post("/adapt", json=body).headers["link"] == link


def test_an_adaptation_can_be_forgotten(client, own):
    here = f"/adaptations/{own['id']}"
    assert client.get(own["tiles"].format(z=10, x=0, y=0)).status_code == 200
    assert client.delete(here).status_code == 204
    for address in (here, f"{here}/labels", f"{here}/versions", own["tiles"].format(z=10, x=0, y=0)):
        assert client.get(address).status_code == 404
    assert client.delete(here).status_code == 404


def test_adaptations_are_refused_as_maps_are(client, scene):
    refused = client.post("/adaptations", json={"imagery": "blocks", "labels": scene.collection()})
    assert refused.status_code == 422
    assert client.post("/adaptations", content=b"{}").status_code == 415
    assert client.get("/adaptations/nothing").status_code == 422
    assert client.get(f"/adaptations/{'0' * 32}").status_code == 404


def test_what_is_anothers_is_not_there(guarded, scene):
    sent = {"body": json.dumps({"labels": scene.labels}).encode(), "content_type": "application/json"}
    made = guarded.ask("/adaptations", guarded.mine, method="POST", **sent)
    assert made.status == 201
    here = made.headers["location"]
    tile = urlsplit(made.json()["tiles"].format(z=10, x=0, y=0))
    tile = f"{tile.path}?{tile.query}"
    assert guarded.ask(tile, guarded.mine).status == 200
    for address in (here, f"{here}/labels", f"{here}/versions", f"{here}/versions/1", tile):
        assert guarded.ask(address, guarded.other).status == 404, address
        assert guarded.ask(address).status == 401
    nothing = {"body": b'{"operations": []}', "content_type": "application/json"}
    for address in (f"{here}/labels", f"{here}/versions/1/restore", f"{here}/map", f"{here}/sign"):
        assert guarded.ask(address, guarded.other, method="POST", **nothing).status == 404, address
    assert guarded.ask(here, guarded.other, method="DELETE").status == 404
    assert guarded.ask("/adaptations", guarded.other).json()["numberMatched"] == 0


def test_signed_tiles_need_no_key(guarded):
    here = f"/adaptations/{guarded.ids['adaptation_id']}"
    signed = guarded.ask(f"{here}/sign", guarded.mine, method="POST").json()

    def path_of(address):
        parts = urlsplit(address)
        return f"{parts.path}?{parts.query}"

    tile = path_of(signed["tiles"].format(z=10, x=0, y=0))
    answer = guarded.ask(tile)
    assert answer.status == 200
    assert "private" in answer.headers["cache-control"]
    assert guarded.ask(tile.replace("expires=", "expires=9")).status == 403
    told = guarded.ask(path_of(signed["tilejson"])).json()
    assert guarded.ask(path_of(told["tiles"][0].format(z=10, x=0, y=0))).status == 200
    wmts = guarded.ask(path_of(signed["wmts"]))
    assert b"signature=" in wmts.content
