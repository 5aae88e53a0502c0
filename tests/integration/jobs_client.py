"""Clients of jobs."""

from __future__ import annotations

import json
import time

from ogc_schemas import STATUS_INFO, check

ASYNC = {"prefer": "respond-async"}
LONGEST_S = 120.0


def body_of(scene, **more):
    return {"labels": scene.labels, **more}


def small_body(scene):
    """A request for the eastern half of the scene, with the labels in it."""
    west, south, east, north = scene.bbox
    box = [west + 0.45 * (east - west), south, east, north]
    inside = [
        feature
        for feature in scene.labels["features"]
        if feature["geometry"]["coordinates"][0] > box[0] + 0.001
    ]
    return {"labels": scene.collection(*inside), "bbox": box}


def job_of(response):
    """The statusInfo that answers a request for a map."""
    assert response.status_code == 201, response.text
    info = check(response.json(), STATUS_INFO)
    assert response.headers["location"] == f"/jobs/{info['jobID']}"
    return info


def ended(client, job_id):
    """The job's last statusInfo, and all that were seen before."""
    deadline = time.monotonic() + LONGEST_S
    seen = []
    while True:
        seen.append(check(client.get(f"/jobs/{job_id}").raise_for_status().json(), STATUS_INFO))
        if seen[-1]["status"] not in ("accepted", "running"):
            return seen[-1], seen
        assert time.monotonic() < deadline, seen[-1]
        time.sleep(0.1)


def until(client, job_id, condition):
    """The first statusInfo of which something holds."""
    deadline = time.monotonic() + LONGEST_S
    while not condition(info := client.get(f"/jobs/{job_id}").json()):
        assert time.monotonic() < deadline, info
        time.sleep(0.05)
    return info


def events(client, job_id, **headers):
    """(id, event, data) of a stream, to its end."""
    with client.stream("GET", f"/jobs/{job_id}/events", headers=headers) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        found, fields = [], {}
        for line in response.iter_lines():
            name, _, value = line.partition(": ")
            if line:
                fields[name] = value
            elif "data" in fields:
                found.append((fields["id"], fields["event"], json.loads(fields["data"])))
                fields = {}
        return found
