"""Limits of a server, and what it answers when its own imagery, model or disk fails."""

from __future__ import annotations

import threading
import time

import pytest
from starlette.testclient import TestClient

from app.main import create_app
from app.settings import Settings


@pytest.fixture
def small_server(scene, tmp_path):
    """An application in this process, with limits that a test can reach."""

    def make(**limits):
        scenes = [{"name": "blocks", "path": scene.path}]
        return TestClient(
            create_app(Settings(data_dir=tmp_path, imagery=scenes, **limits)), raise_server_exceptions=False
        )

    return make


def test_a_body_beyond_the_limit(small_server, scene):
    with small_server(max_body_bytes=1024) as client:
        response = client.post("/adapt", json={"labels": scene.labels})
        assert response.status_code == 413
        assert response.headers["content-type"] == "application/problem+json"
        assert "1,024 bytes" in response.json()["detail"]
        pieces = (b"x" * 512 for _ in range(10))
        streamed = client.post("/adapt", content=pieces, headers={"content-type": "application/json"})
        assert streamed.status_code == 413


def test_a_region_beyond_the_limit(small_server, scene):
    with small_server(max_pixels=1000) as client:
        response = client.post("/adapt", json={"labels": scene.labels})
    assert response.status_code == 422
    assert response.json()["type"] == "/problems/region-too-large"
    assert "49,152 pixels" in response.json()["detail"]


def test_labels_beyond_the_limit(small_server, scene):
    with small_server(max_labels=3) as client:
        response = client.post("/adapt", json={"labels": scene.labels})
    assert response.status_code == 422
    assert "may have 3" in response.json()["detail"]


def test_classes_beyond_the_limit(small_server, scene):
    legend = [{"value": value, "name": f"class {value}"} for value in range(1, 5)]
    with small_server(max_classes=3) as client:
        for body in ({"labels": scene.labels}, {"labels": scene.labels, "legend": legend}):
            response = client.post("/adapt", json=body)
            assert response.status_code == 422
            assert response.json()["type"] == "/problems/too-many-classes"
            assert "4 classes, and a request may have 3 (LANDSHOT_MAX_CLASSES)" in response.json()["detail"]


def test_imagery_must_be_named_where_there_are_several(scene, tmp_path):
    scenes = [{"name": "a", "path": scene.path}, {"name": "b", "path": scene.path}]
    with TestClient(create_app(Settings(data_dir=tmp_path, imagery=scenes))) as client:
        response = client.post("/adapt", json={"labels": scene.labels})
        assert response.status_code == 422
        assert "this server has: a, b" in response.json()["detail"]
        assert client.post("/adapt", json={"imagery": "b", "labels": scene.labels}).status_code == 200


def test_requests_beyond_the_queue_are_told_to_come_back(small_server, scene, monkeypatch):
    going = threading.Event()
    monkeypatch.setattr("app.service.map_region", lambda *_args, **_named: going.wait(30))
    with small_server(max_waiting=0) as client:
        statuses = []
        posts = [
            threading.Thread(
                target=lambda: statuses.append(
                    client.post("/adapt", json={"labels": scene.labels}).status_code
                )
            )
            for _ in range(2)
        ]
        for post in posts:
            post.start()
        deadline = time.monotonic() + 20
        while not statuses and time.monotonic() < deadline:
            time.sleep(0.01)
        assert statuses == [503]
        assert client.get("/livez").status_code == 200
        going.set()
        for post in posts:
            post.join()


def test_a_server_whose_model_cannot_be_loaded_is_not_ready(small_server, scene, tmp_path):
    (tmp_path / "other.json").write_text("{}")
    with small_server(model=tmp_path / "other.json") as client:
        deadline = time.monotonic() + 20
        while "being loaded" in client.get("/readyz").text and time.monotonic() < deadline:
            time.sleep(0.05)
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["errors"][0]["where"] == "model"
        assert client.post("/adapt", json={"labels": scene.labels}).status_code == 500
        assert client.get("/livez").status_code == 200


def test_a_server_whose_folder_cannot_be_written(scene, tmp_path):
    (tmp_path / "maps").write_text("")
    settings = Settings(data_dir=tmp_path, imagery=[{"name": "blocks", "path": scene.path}])
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        assert "storage" in {error["where"] for error in client.get("/readyz").json()["errors"]}
        response = client.post("/adapt", json={"labels": scene.labels})
    assert str(tmp_path) not in response.text
    assert response.status_code == 507
    assert response.json()["type"] == "/problems/cannot-write"


def test_imagery_that_is_cut_off_is_the_operators_to_solve(scene, tmp_path, caplog):
    cut = tmp_path / "cut.tif"
    whole = scene.path.read_bytes()
    cut.write_bytes(whole)
    settings = Settings(data_dir=tmp_path / "data", imagery=[{"name": "cut", "path": cut}])
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        cut.write_bytes(whole[: len(whole) // 4])
        response = client.post("/adapt", json={"labels": scene.labels})
    assert response.status_code == 500
    assert response.json()["type"] == "/problems/unreadable-imagery"
    assert str(tmp_path) not in response.text
    assert response.json()["request_id"] in response.json()["detail"]
    assert "cut.tif" in caplog.text
    assert response.json()["request_id"] in caplog.text
    assert list((tmp_path / "data").rglob("*.tif")) == []
