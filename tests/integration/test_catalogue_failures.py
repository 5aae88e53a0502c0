"""Servers that fail: what passes is waited for, what does not is left out and named, and nothing is read twice."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
from catalogues import PERIOD, SUMMER, app_with, bbox_of, labels_of, table_of, write_sources
from rasterio.io import MemoryFile
from servers.faults import missing, short_file, stalled, unavailable
from servers.surroundings import environment

JSON = {"accept": "application/json"}


@pytest.fixture
def made(simulated_catalogue):
    return simulated_catalogue(SUMMER)


@pytest.fixture
def service(made, serve_stac):
    return serve_stac(made.folder)


def body_of(made, **more):
    return {"imagery": "summer", "labels": labels_of(made), "bbox": bbox_of(made), **PERIOD, **more}


def map_of(client, item):
    with MemoryFile(client.get(item["assets"]["landcover"]["href"]).content) as memory, memory.open() as file:
        return file.read(1)


def left_out_as_failed(item):
    return {one["id"]: one["reason"] for one in item["properties"]["landshot:left_out"] if one.get("failed")}


def test_what_cannot_be_read_is_left_out_and_named(made, service, tmp_path):
    cloudless = [scene.id for scene in made.scenes if "14_1_L2A" not in scene.id]
    gone, cut = cloudless[1], cloudless[4]
    for number, path in enumerate(sorted(made.folder.glob("S2*/*.tif"))):
        if number % 2:
            service.files.break_(service.files.path_of(path), unavailable())
    service.files.break_(f"*/{gone}/B04.tif", missing())
    service.files.break_(f"*/{cut}/B08.tif", short_file())
    with app_with(tmp_path, {"summer": table_of(made, service)}) as client:
        response = client.post("/adapt", json=body_of(made), headers=JSON)
        assert response.status_code == 200, response.text
        item = response.json()
        reasons = left_out_as_failed(item)
        assert set(reasons) == {gone, cut}
        assert "404" in reasons[gone]
        assert "B04" in reasons[gone]
        assert "B08" in reasons[cut]
        used = {scene["id"] for scene in item["properties"]["landshot:scenes"]}
        assert used == set(cloudless) - {gone, cut}
        assert any(f"2 scenes could not be read and are left out: {gone}, {cut}." in note
                   for note in item["properties"]["landshot:notes"])  # fmt: skip
        mapped = map_of(client, item)
        assert (mapped > 0).mean() > 0.9
        assert client.post("/adapt", json=body_of(made), headers=JSON).headers["cache-status"] == (
            "landshot; hit"
        )

    # The same without the two from the beginning: how they failed does not show in the map.
    service.files.mend()
    service.files.break_(f"*/{gone}/*", missing())
    service.files.break_(f"*/{cut}/*", missing())
    with app_with(tmp_path, {"summer": table_of(made, service)}, cache_dir=tmp_path / "other") as client:
        again = client.post("/adapt", json=body_of(made), headers=JSON | {"cache-control": "no-cache"})
        assert again.status_code == 200, again.text
        np.testing.assert_array_equal(map_of(client, again.json()), mapped)


def test_a_job_whose_catalogue_dies_says_so_and_goes_on_where_it_was(made, service, tmp_path):
    """In processes of their own: in one, GDAL would remember what it has read."""
    sources = write_sources(tmp_path / "sources.toml", summer=table_of(made, service, attempts=2))
    labels = made.folder / "truth" / "labels.geojson"
    box = ",".join(map(str, made.bbox))
    command = [
        *(sys.executable, "-m", "app", "adapt", "--imagery", "summer", "--sources", sources),
        *("--labels", labels, f"--bbox={box}", "--start", PERIOD["start"], "--end", PERIOD["end"]),
        *("--cache-dir", tmp_path / "cache", "--output", tmp_path / "map.tif"),
    ]
    service.files.break_("*_202508*/B08.tif", stalled())
    service.files.break_("*_202508*/B08.tif", stalled(times=2, seconds=0))  # it is there when looked for
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    ) as process:
        deadline = time.monotonic() + 60
        while len(list((tmp_path / "cache").glob("??/*.tif"))) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        service.files.stop()
        _, said = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "its files' server does not answer" in said
    assert "Repeat the request" in said
    assert made.scenes[-1].id in said
    assert list(tmp_path.glob("map*")) == []

    service.files.start()
    service.forget()
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, env=environment(), check=False
    )
    assert done.returncode == 0, done.stderr
    item = json.loads((tmp_path / "map.json").read_text())
    steps = [step["start"] for step in item["properties"]["landshot:steps"]]
    assert steps == ["2025-06-01", "2025-07-01", "2025-08-01"]
    assert left_out_as_failed(item) == {}
    assert service.api.searches == 0
    assert service.files.count("*_202508*/B02.tif") > 0
    assert service.files.count("*_202506*") + service.files.count("*_202507*") == 0


def test_a_catalogue_that_is_down_is_a_problem_that_says_so(made, service, tmp_path):
    service.api.stop()
    with app_with(tmp_path, {"summer": table_of(made, service, timeout_s=1.0)}) as client:
        for path in ("/adapt", "/adapt/plan"):
            response = client.post(path, json=body_of(made))
            assert response.status_code == 502
            assert response.json()["type"] == "/problems/unusable-catalogue"
            assert "cannot be reached" in response.json()["detail"]
            assert "Try again" in response.json()["detail"]


def test_adapting_again_with_one_more_label_asks_nobody(made, service, tmp_path):
    with app_with(tmp_path, {"summer": table_of(made, service)}) as client:
        asked = body_of(made)
        assert client.post("/adapt", json=asked).status_code == 200
        assert service.api.searches > 0
        assert service.files.count("*.tif") > 0
        service.forget()
        asked["labels"]["features"].append(labels_of(made, "labels_pool")["features"][0])
        response = client.post("/adapt", json=asked)
        assert response.status_code == 200, response.text
        assert response.headers["cache-status"] == "landshot; fwd=miss; stored"
        assert service.requests == 0


def test_signed_files_are_read_and_no_token_is_told(simulated_catalogue, serve_stac, tmp_path):
    made = simulated_catalogue(replace(SUMMER, publisher="planetary-computer"))
    service = serve_stac(made.folder, signed=True)
    table = table_of(made, service, token_url=service.files.token_url, signed_hosts=["127.0.0.1"])
    gone = made.scenes[0].id
    service.files.break_(f"*/{gone}/B03.tif", missing())
    with app_with(tmp_path, {"summer": table}) as client:
        response = client.post("/adapt", json=body_of(made), headers=JSON)
        assert response.status_code == 200, response.text
        assert gone in left_out_as_failed(response.json())
        assert "sig=" not in response.text
        assert service.files.tokens_given >= 1
