"""POST /adapt/plan: what a map would be made from, and all that stands in the way, before anything is paid."""

from __future__ import annotations

import pytest
from catalogues import PERIOD, SUMMER, app_with, bbox_of, labels_of, table_of


@pytest.fixture(scope="module")
def made(simulated_catalogue):
    return simulated_catalogue(SUMMER)


@pytest.fixture
def service(made, serve_stac):
    return serve_stac(made.folder)


@pytest.fixture
def client(made, service, tmp_path):
    with app_with(tmp_path, {"summer": table_of(made, service, area_limit_km2=50.0)}) as http:
        yield http


def body_of(made, **more):
    return {"imagery": "summer", "labels": labels_of(made), "bbox": bbox_of(made), **PERIOD, **more}


def test_a_plan_tells_scenes_and_cost(client, made, service):
    response = client.post("/adapt/plan", json=body_of(made))
    assert response.status_code == 200, response.text
    plan = response.json()
    assert plan["feasible"]
    assert plan["refusals"] == []
    region = plan["region"]
    assert region["pixels"] == region["width"] * region["height"]
    assert region["area_km2"] == pytest.approx(region["pixels"] / 1e4, rel=0.002)
    assert plan["labelled_pixels"]["water"] == 5
    scenes = plan["scenes"]
    assert (scenes["found"], scenes["usable"], scenes["used"]) == (12, 9, 9)
    assert len(scenes["left_out"]) == 3
    for step in scenes["steps"]:
        assert 0.3 < step["clear_share"] <= 1
        assert step["days"] == len(step["scenes"]) == 3
    cost = plan["cost"]
    assert cost["tiles"] >= 3
    assert cost["reads"] >= 9 * 11
    assert cost["bytes"] > 0
    assert cost["seconds"] > cost["reading_seconds"] > 0
    assert service.files.count("*B02.tif") == 0, "nothing but masks is looked at"


def test_the_map_is_made_from_what_was_planned(client, made, service):
    plan = client.post("/adapt/plan", json=body_of(made)).json()
    searched = service.api.searches
    item = client.post("/adapt", json=body_of(made), headers={"accept": "application/json"}).json()
    assert service.api.searches == searched
    planned = {name for step in plan["scenes"]["steps"] for name in step["scenes"]}
    assert {scene["id"] for scene in item["properties"]["landshot:scenes"]} == planned
    steps = item["properties"]["landshot:steps"]
    assert [s["clear_share"] for s in steps] == [s["clear_share"] for s in plan["scenes"]["steps"]]


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (
            {"start": "2025-03-01", "end": "2025-03-31"},
            "no-scenes",
            "the nearest usable scene is of 2025-06-04",
        ),
        ({"bbox": [-9.2, 49.9, -8.8, 50.1]}, "region-too-large", "may have 50"),
    ],
)
def test_reasons_to_refuse_are_part_of_the_plan(client, made, change, code, said):
    response = client.post("/adapt/plan", json=body_of(made, **change))
    assert response.status_code == 200
    plan = response.json()
    assert not plan["feasible"]
    [refusal] = plan["refusals"]
    assert refusal["type"] == f"/problems/{code}"
    assert said in refusal["detail"]
    refused = client.post("/adapt", json=body_of(made, **change))
    assert refused.json()["type"] == refusal["type"]
    assert refused.json()["detail"] == refusal["detail"]


def test_what_is_no_request_is_a_problem_here_too(client, made):
    for change, code in (
        ({"start": "2025-08-31", "end": "2025-06-01"}, "invalid-period"),
        ({"steps": "week"}, "invalid-request"),
        ({"bbox": [1, 2, 3]}, "invalid-request"),
    ):
        response = client.post("/adapt/plan", json=body_of(made, **change))
        assert response.status_code == 422
        assert response.json()["type"] == f"/problems/{code}"


def test_every_reason_is_told_at_once(made, service, tmp_path):
    """Too many pixels, and labels under clouds."""
    with app_with(tmp_path, {"summer": table_of(made, service)}, max_pixels=1000) as http:
        asked = body_of(made, start="2025-06-09", end="2025-06-09")
        plan = http.post("/adapt/plan", json=asked).json()
    assert [refusal["type"] for refusal in plan["refusals"]] == [
        "/problems/region-too-large",
        "/problems/invalid-labels",
    ]
    assert plan["scenes"]["used"] == 1


@pytest.mark.parametrize(
    "labels", [{}, {"labels": None}, {"labels": {"type": "FeatureCollection", "features": []}}]
)
def test_a_region_is_planned_before_there_are_labels(client, made, labels):
    without = {name: value for name, value in body_of(made).items() if name != "labels"} | labels
    response = client.post("/adapt/plan", json=without)
    assert response.status_code == 200, response.text
    plan = response.json()
    assert plan["feasible"]
    assert plan["labelled_pixels"] is None
    labelled = client.post("/adapt/plan", json=body_of(made)).json()
    assert plan == labelled | {"labelled_pixels": None}


def test_without_labels_a_catalogue_has_to_be_told_where(client):
    refused = client.post("/adapt/plan", json={"imagery": "summer", **PERIOD})
    assert refused.status_code == 422
    assert [fault["where"] for fault in refused.json()["errors"]] == ["bbox"]
    assert "west, south, east, north" in refused.json()["detail"]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"bbox": [-9.2, 49.9, -8.8, 50.1]}, "region-too-large"),
        ({"start": "2025-03-01", "end": "2025-03-31"}, "no-scenes"),
    ],
)
def test_what_the_region_is_refused_for_is_told_without_labels_too(client, made, change, code):
    asked = body_of(made, **change)
    del asked["labels"]
    plan = client.post("/adapt/plan", json=asked).json()
    assert not plan["feasible"]
    assert [refusal["type"] for refusal in plan["refusals"]] == [f"/problems/{code}"]


def test_a_map_still_needs_labels(client, made):
    asked = body_of(made, labels={"type": "FeatureCollection", "features": []})
    for path in ("/adapt", "/adaptations"):
        assert client.post(path, json=asked).json()["type"] == "/problems/invalid-labels"
        left_out = client.post(path, json={name: value for name, value in asked.items() if name != "labels"})
        assert left_out.json()["errors"] == [{"where": "labels", "reason": "is missing"}]


def test_files_are_planned_too(scene, tmp_path):
    with app_with(tmp_path, {"blocks": {"kind": "file", "path": str(scene.path)}}) as http:
        plan = http.post("/adapt/plan", json={"labels": scene.labels}).json()
        assert plan["feasible"]
        assert plan["region"]["pixels"] == 192 * 256
        assert plan["labelled_pixels"] == dict.fromkeys(plan["labelled_pixels"], 4)
        assert plan["scenes"] is None
        outside = http.post("/adapt/plan", json={"labels": scene.labels, "bbox": [10, 40, 11, 41]}).json()
        assert outside["refusals"][0]["type"] == "/problems/outside-imagery"
        nodata = scene.collection(scene.point(3, 3, "a"), scene.point(90, 90, "b"))
        refused = http.post("/adapt/plan", json={"labels": nodata}).json()
        assert refused["refusals"][0]["errors"][0]["where"] == "labels[0]"
        whole = http.post("/adapt/plan", json={}).json()
        assert whole == plan | {"labelled_pixels": None}
        legend = http.post("/adapt/plan", json={"legend": [{"value": 0, "name": "x"}]})
        assert legend.json()["type"] == "/problems/invalid-legend"
        features = http.post("/adapt/plan", json={"labels": {"features": []}})
        assert features.json()["type"] == "/problems/invalid-labels"
