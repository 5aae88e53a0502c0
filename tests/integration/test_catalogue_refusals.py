"""What cannot be mapped from a catalogue: each a problem that says what to change, over HTTP and by command."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from catalogues import PERIOD, SUMMER, app_with, bbox_of, labels_of, table_of, write_sources

TOMORROW = (date.today() + timedelta(days=30)).isoformat()  # noqa: DTZ011 - a month is more than any time zone
OCEAN = [-30.0, 40.0, -29.98, 40.02]
COUNTRY = [-11.0, 49.0, -8.2, 50.8]
"""About 40,000 km2."""


@pytest.fixture(scope="module")
def made(simulated_catalogue):
    return simulated_catalogue(SUMMER)


@pytest.fixture(scope="module")
def dull(simulated_catalogue):
    """One day, without a hole in the clouds."""
    return simulated_catalogue(replace(SUMMER, size_km=1.0, dates=(date(2025, 6, 4),), cloud_shares=(1.0,)))


@pytest.fixture
def tables(made, dull, serve_stac):
    return {
        "summer": table_of(made, serve_stac(made.folder)),
        "dull": table_of(dull, serve_stac(dull.folder), max_cloud_cover=100.0),
    }


@pytest.fixture
def client(tables, tmp_path):
    with app_with(tmp_path, tables) as http:
        yield http


def moved(labels, box):
    """The same labels, inside of another box."""
    west, south, east, north = box
    features = [
        {
            **feature,
            "geometry": {
                "type": "Point",
                "coordinates": [west + (east - west) * share, south + (north - south) * share],
            },
        }
        for share, feature in zip(
            [0.1 + 0.02 * number for number in range(40)], labels["features"], strict=False
        )
    ]
    return {"type": "FeatureCollection", "features": features}


CASES = {
    "backwards": ({"start": "2025-08-31", "end": "2025-06-01"}, "invalid-period", "runs backwards"),
    "future": ({"end": TOMORROW}, "invalid-period", "ends in the future"),
    "too long": ({"start": "2015-01-01"}, "invalid-period", "may use 732"),
    "no scenes": (
        {"start": "2025-03-01", "end": "2025-03-31"},
        "no-scenes",
        "the nearest usable scene is of 2025-06-04 (65 days after)",
    ),
    "all cloudy": (
        {"start": "2025-06-10", "end": "2025-06-20"},
        "no-scenes",
        "is cloudier than 80 %",
    ),
    "ocean": ({"bbox": OCEAN}, "no-scenes", "at any time: it lies over the open sea"),
    "too large": ({"bbox": COUNTRY}, "region-too-large", "may have 10,000; choose a smaller box"),
    "unknown source": ({"imagery": "winter"}, "not-found", "this server has: summer, dull"),
    "no start": ({"start": None}, "invalid-request", "start: is missing"),
    "no such day": ({"end": "2025-02-30"}, "invalid-request", "end: should be a day such as"),
    "seconds": ({"start": 1748736000}, "invalid-request", "start: should be a day such as"),
    "no such step": ({"steps": "week"}, "invalid-request", "steps: should be 'month', 'season' or 'all'"),
}


def body_of(made, **more):
    asked = {"imagery": "summer", "labels": labels_of(made), "bbox": bbox_of(made), **PERIOD, **more}
    if "bbox" in more:
        asked["labels"] = moved(asked["labels"], more["bbox"])
    return {name: value for name, value in asked.items() if value is not None}


@pytest.mark.parametrize("case", CASES)
def test_each_is_a_problem_that_says_what_to_change(client, made, tmp_path, case):
    change, code, said = CASES[case]
    response = client.post("/adapt", json=body_of(made, **change))
    assert response.status_code == (404 if code == "not-found" else 422), response.text
    problem = response.json()
    assert problem["type"] == f"/problems/{code}"
    assert said in problem["detail"]
    assert str(tmp_path) not in response.text
    assert client.get(problem["type"]).json()["title"] == problem["title"]
    assert client.get("/maps").json()["numberMatched"] == 0


def test_clouds_over_all_of_the_box(client, dull):
    response = client.post("/adapt", json=body_of(dull, imagery="dull", start="2025-06-01", end="2025-06-30"))
    assert response.status_code == 422
    assert response.json()["type"] == "/problems/no-clear-imagery"
    assert "cloudy over 100 % of the region" in response.json()["detail"]
    assert "widen the period" in response.json()["detail"]


def test_labels_under_clouds_are_named(client, made):
    response = client.post("/adapt", json=body_of(made, start="2025-06-09", end="2025-06-09"))
    assert response.status_code == 422
    problem = response.json()
    assert problem["type"] == "/problems/invalid-labels"
    assert all("the imagery has no data there" in error["reason"] for error in problem["errors"])
    planned = client.post("/adapt/plan", json=body_of(made, start="2025-06-09", end="2025-06-09")).json()
    assert not planned["feasible"]
    cloudy = {error["where"] for error in planned["refusals"][0]["errors"]}
    assert cloudy <= {error["where"] for error in problem["errors"]}
    assert len(cloudy) >= len(problem["errors"]) / 2


def test_labels_outside_of_the_box_are_named_before_anything_is_searched(client, made):
    asked = body_of(made)
    asked["labels"]["features"][3]["geometry"]["coordinates"] = [3.0, 50.0]
    problem = client.post("/adapt", json=asked).json()
    assert [error["where"] for error in problem["errors"]] == ["labels[3]"]
    assert "lies outside the bbox" in problem["errors"][0]["reason"]


def test_a_period_for_a_file_is_refused(scene, tmp_path):
    with app_with(tmp_path, {"blocks": {"kind": "file", "path": str(scene.path)}}) as http:
        body = {"labels": scene.labels, "start": "2025-06-01", "steps": "month"}
        response = http.post("/adapt", json=body)
        assert response.status_code == 422
        assert [error["where"] for error in response.json()["errors"]] == ["start", "steps"]
        assert "leave start, end and steps out" in response.json()["detail"]


@pytest.mark.parametrize("case", ["backwards", "future", "no scenes", "ocean", "too large", "no start"])
def test_the_command_line_says_the_same_and_ends_with_2(landshot, tables, made, tmp_path, case):
    change, _, said = CASES[case]
    asked = body_of(made, **change)
    labels = tmp_path / "labels.geojson"
    labels.write_text(json.dumps(asked["labels"]))
    sources = write_sources(tmp_path / "sources.toml", **tables)
    options = [f"--{name}={asked[name]}" for name in ("start", "end") if name in asked]
    box = ",".join(map(str, asked["bbox"]))
    done = landshot(
        "adapt", "--imagery", "summer", "--sources", sources, "--labels", labels, f"--bbox={box}", *options,
        "--cache-dir", tmp_path / "cache", "--output", "map.tif", code=2,
    )  # fmt: skip
    assert said in done.stderr
    assert [entry.name for entry in landshot.folder.iterdir()] == []


def test_the_command_line_knows_what_it_was_given(landshot, tables, label_file, tmp_path):
    sources = write_sources(tmp_path / "sources.toml", **tables)
    unknown = landshot(
        "adapt",
        "--imagery",
        "winter",
        "--sources",
        sources,
        "--labels",
        label_file,
        "--output",
        "m.tif",
        code=2,
    )
    assert "'winter' does not exist" in unknown.stderr
    assert "has summer, dull" in unknown.stderr
    assert "earth-search-sentinel-2-l2a" in unknown.stderr
    address = landshot(
        "adapt", "--imagery", "http://127.0.0.1/stac", "--labels", label_file, "--output", "m.tif", code=2
    )
    assert "an address goes into a file of sources" in address.stderr
