"""Jobs that workers make, over HTTP."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import httpx2
import pytest
from jobs_client import ASYNC, body_of, ended, events, job_of, small_body, until
from ogc_schemas import EXCEPTION, RESULTS, STATUS_INFO, check
from processes import running_server

TILES = (192 // 16) * (256 // 16)


@pytest.fixture(scope="module")
def server(scene, tmp_path_factory):
    """One that answers half of the scene at once, and all of it with a job of 192 tiles."""
    with running_server(
        tmp_path_factory.mktemp("data"),
        "--imagery", f"blocks={scene.path}", "--tile-size", "16",
        answer_at_once_pixels=30_000,
    ) as running:  # fmt: skip
        yield running


@pytest.fixture(scope="module")
def client(server):
    with httpx2.Client(base_url=server.url, timeout=60) as http:
        yield http


@pytest.fixture(scope="module")
def job(client, scene):
    """The whole scene, its job at its end, and all statusInfo on the way."""
    response = client.post("/adapt", json=body_of(scene))
    assert "preference-applied" not in response.headers
    return ended(client, job_of(response)["jobID"])


def test_a_large_region_is_answered_with_a_job_that_ends_with_its_map(client, job):
    last, seen = job
    assert last["status"] == "successful", last
    assert last["progress"] == 100
    assert last["landshot:tiles"] == {"done": TILES, "total": TILES}
    assert [info["progress"] for info in seen] == sorted(info["progress"] for info in seen)
    assert any(0 < info["progress"] < 100 for info in seen)
    assert any(info.get("landshot:seconds_left", -1) >= 0 for info in seen)
    assert all("landshot:waiting_for" in info for info in seen if info["status"] == "accepted")
    assert last["created"] <= last["started"] <= last["finished"] == last["updated"]
    relations = {link["rel"]: link["href"] for link in last["links"]}
    results = check(client.get(relations["http://www.opengis.net/def/rel/ogc/1.0/results"]).json(), RESULTS)
    assert client.get(results["landcover"]["href"]).content[:2] in (b"II", b"MM")
    item = client.get(results["item"]["href"]).json()
    assert item["id"] == last["landshot:map"]
    assert item == client.get(relations["item"]).json()


def test_a_small_region_is_answered_at_once_and_with_a_job_where_that_is_preferred(client, scene):
    body = small_body(scene)
    at_once = client.post("/adapt", json=body)
    assert at_once.status_code == 200
    assert at_once.headers["content-type"].startswith("image/tiff")
    response = client.post("/adapt", json=body, headers={"prefer": "return=minimal, Respond-Async; foo"})
    assert response.headers["preference-applied"] == "respond-async"
    last, _ = ended(client, job_of(response)["jobID"])
    assert f"/maps/{last['landshot:map']}" == at_once.headers["location"]


def test_a_job_that_cannot_be_made_shows_its_problem(client, scene):
    west, south, east, north = scene.bbox
    outside = [
        {**feature, "geometry": {"type": "Point", "coordinates": [east + 0.5 + index / 100, north]}}
        for index, feature in enumerate(scene.labels["features"])
    ]
    body = {"labels": scene.collection(*outside), "bbox": [west, south, east, north]}
    last, _ = ended(client, job_of(client.post("/adapt", json=body, headers=ASYNC))["jobID"])
    assert last["status"] == "failed"
    problem = last["landshot:problem"]
    assert problem["type"] == "/problems/invalid-labels"
    assert last["message"] == problem["detail"]
    results = client.get(f"/jobs/{last['jobID']}/results")
    assert results.status_code == 422
    assert results.headers["content-type"] == "application/problem+json"
    assert check(results.json(), EXCEPTION) == problem


def test_a_running_job_is_cancelled_within_two_seconds(client, server, scene):
    west, south, east, north = scene.bbox
    body = body_of(
        scene, bbox=[west, south, east, north - 0.0001]
    )  # another map than those of the other tests
    job_id = job_of(client.post("/adapt", json=body))["jobID"]
    until(client, job_id, lambda info: info["progress"] > 5)
    workspace = Path(server.data_dir, "jobs", job_id)
    assert workspace.is_dir()
    worker = _worker_of(server)
    dismissed = client.delete(f"/jobs/{job_id}")
    cancelled = time.monotonic()
    assert dismissed.status_code == 200
    assert check(dismissed.json(), STATUS_INFO)["status"] == "dismissed"
    while workspace.is_dir() and Path(f"/proc/{worker}").exists():
        assert time.monotonic() - cancelled < 2.0
        time.sleep(0.01)
    assert client.get(f"/jobs/{job_id}").json()["status"] == "dismissed"
    results = client.get(f"/jobs/{job_id}/results")
    assert (results.status_code, results.json()["type"]) == (410, "/problems/job-cancelled")


def test_a_job_that_has_ended_is_forgotten_and_its_map_stays(client, scene):
    response = client.post("/adapt", json=small_body(scene), headers=ASYNC)
    last, _ = ended(client, job_of(response)["jobID"])
    path = f"/jobs/{last['jobID']}"
    assert client.delete(path).json()["status"] == "dismissed"
    assert client.get(path).status_code == client.delete(path).status_code == 404
    assert client.get(f"/maps/{last['landshot:map']}").status_code == 200


def test_events_tell_every_change_to_the_end(client, scene):
    body = body_of(scene)
    headers = ASYNC | {"cache-control": "no-cache"}
    job_id = job_of(client.post("/adapt", json=body, headers=headers))["jobID"]
    others: list[list] = []
    listeners = [threading.Thread(target=lambda: others.append(events(client, job_id))) for _ in range(3)]
    for listener in listeners:
        listener.start()
    found = events(client, job_id)
    for listener in listeners:
        listener.join()
    assert {event for _, event, _ in found} == {"status"}
    infos = [check(data, STATUS_INFO) for _, _, data in found]
    assert [data["updated"] for data in infos] == [identifier for identifier, _, _ in found]
    assert len(infos) > 3
    assert infos == sorted(infos, key=lambda info: (info["updated"], info["progress"]))
    assert infos[-1]["status"] == "successful"
    assert all(info["status"] in ("accepted", "running") for info in infos[:-1])
    assert [other[-1] for other in others] == [found[-1]] * 3
    assert events(client, job_id) == found[-1:]
    assert events(client, job_id, last_event_id=found[0][0]) == found[-1:]
    known = client.get(f"/jobs/{job_id}/events", headers={"last-event-id": found[-1][0]})
    assert known.status_code == 204


def _worker_of(server):
    for path in Path("/proc").glob("[0-9]*/stat"):
        fields = path.read_text().rpartition(")")[2].split()
        if int(fields[1]) == server.process.pid and fields[0] != "Z":
            return int(path.parent.name)
    raise AssertionError("the server has no worker")
