"""Probes, metrics and the log of a server, as whoever runs it sees them."""

from __future__ import annotations

import io
import json
import logging
import threading
import time

import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert
from sqlalchemy.exc import OperationalError
from starlette.testclient import TestClient

from app.database.tables import workers
from app.main import create_app
from app.operations import readiness
from app.operations.logs import configure_logging
from app.settings import Settings

NOWHERE = "/maps/00000000000000000000000000000000"


@pytest.fixture
def settings(scene, tmp_path):
    scenes = [{"name": "blocks", "path": scene.path}]

    def make(**more):
        return Settings(data_dir=tmp_path, imagery=scenes, log_format="json", **more)

    return make


@pytest.fixture
def served(settings):
    """An application in this process, ready."""
    with TestClient(create_app(settings()), raise_server_exceptions=False) as client:
        yield ready(client)


def ready(client):
    deadline = time.monotonic() + 60
    while client.get("/readyz").status_code != 200:
        assert time.monotonic() < deadline, client.get("/readyz").text
        time.sleep(0.1)
    return client


@pytest.fixture
def log_lines(settings):
    """The log of this process, line by line as JSON, while a test runs."""
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, threading.excepthook
    own = logging.getLogger("landshot")
    own_level = own.level
    stream = io.StringIO()
    configure_logging(settings(), stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    own.setLevel(own_level)
    threading.excepthook = hook
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


def fresh(client):
    """What a probe finds when nothing is kept of earlier ones."""
    client.app.state.operations.readiness._until = 0.0
    client.app.state.operations.queue._read = float("-inf")
    return client.get("/readyz")


def samples(client):
    response = client.get("/metrics")
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return [
        (sample.name, sample.labels, sample.value)
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    ]


def value(found, name, **labels):
    (one,) = [v for n, has, v in found if n == name and labels.items() <= has.items()]
    return one


def test_a_ready_server_tells_the_state_of_each_part(served):
    answer = served.get("/readyz").json()
    assert answer["status"] == "ready"
    assert set(answer["parts"]) == {"database", "storage", "model", "imagery", "device", "queue"}
    assert set(answer["parts"].values()) == {"ready"}
    assert answer["storage"]["free_bytes"] > answer["storage"]["min_free_bytes"] == 500_000_000
    assert answer["device"] == {"names": ["cpu"]}
    assert answer["queue"] == {"accepted": 0, "running": 0, "workers": []}


def test_a_full_disk_pauses_jobs_and_the_server_stays_in_service(settings):
    with TestClient(create_app(settings(min_free_bytes=10**18))) as client:
        answer = ready(client).get("/readyz").json()
    assert answer["status"] == "paused"
    assert answer["parts"]["storage"].startswith("paused: the data folder's disk has ")


def test_workers_that_are_paused_say_why(served):
    with served.app.state.service.database.writing() as connection:
        row = {"device": "cuda:0", "seen": time.time(), "state": "paused", "reason": "the disk is full"}
        connection.execute(insert(workers).values(id="w", **row))
    answer = fresh(served).json()
    assert answer["parts"]["queue"] == "paused: the disk is full"
    assert answer["device"] == {"names": ["cuda:0"]}
    assert answer["queue"]["workers"] == [
        {"device": "cuda:0", "state": "paused", "reason": "the disk is full"}
    ]


def test_a_database_that_is_away_takes_the_server_out_of_service(served, monkeypatch):
    engine = served.app.state.service.database.engine
    engine.dispose()
    monkeypatch.setattr(engine.pool, "_creator", fails)
    response = fresh(served)
    assert response.status_code == 503
    assert response.json()["type"] == "/problems/not-ready"
    reasons = {error["where"]: error["reason"] for error in response.json()["errors"]}
    assert reasons["database"] == "does not answer; the server's log says why"
    assert "secret-host" not in response.text
    assert served.get("/livez").status_code == 200
    assert value(samples(served), "landshot_database_up") == 0


def fails(*_arguments):
    raise OperationalError("SELECT", {}, OSError("secret-host is away"))


def test_livez_does_not_wait_for_a_disk_that_hangs(served, monkeypatch):
    monkeypatch.setattr(readiness, "LIMIT_S", 0.3)
    goes_on = threading.Event()
    store = type(served.app.state.service.store)
    monkeypatch.setattr(store, "is_writable", lambda _self: goes_on.wait(30))
    response = fresh(served)
    assert served.get("/livez").json() == {"status": "alive"}
    goes_on.set()
    assert response.status_code == 503
    assert response.json()["errors"] == [{"where": "storage", "reason": "does not answer within 0.3 s"}]


def test_metrics_have_routes_for_labels_and_never_paths(served, scene):
    served.get(NOWHERE)
    served.get(f"{NOWHERE}/secret.tif")
    served.get("/tiles/00000000000000000000000000000000/1/0/0.png")
    served.get("/some/secret")
    served.request("SECRET", "/livez")
    response = served.post("/adapt", json={"labels": scene.labels})
    assert response.status_code == 200
    found = samples(served)
    request = "landshot_requests_total"
    assert value(found, request, method="GET", route="/maps/{map_id}", status="404") == 1
    assert value(found, request, route="/maps/{map_id}/{file}", status="404") == 1
    assert value(found, request, route="/tiles/{tiles_id}/{z}/{x}/{y}.png", status="404") == 1
    assert value(found, request, method="POST", route="/adapt", status="200") == 1
    assert value(found, request, method="OTHER", status="405") == 1
    assert value(found, request, method="GET", route="none", status="404") == 1
    assert value(found, "landshot_adapt_seconds_count") == 1
    assert value(found, "landshot_map_seconds_count", stage="mapping") == 1
    assert value(found, "landshot_jobs", status="running") == 0
    assert value(found, "landshot_requests_under_way") == 1
    assert "secret" not in str([labels for _name, labels, _value in found]).lower()


def test_a_line_for_each_request_with_the_id_that_its_problem_has(log_lines, served):
    response = served.get(f"{NOWHERE}?sig=SECRET", headers={"x-api-key": "SECRET", "x-request-id": "abc-1"})
    (line,) = [line for line in log_lines() if line.get("route") == "/maps/{map_id}"]
    assert response.json()["request_id"] == line["request_id"] == "abc-1"
    assert (line["event"], line["method"], line["status"]) == ("request", "GET", 404)
    assert (line["path"], line["owner"], line["level"]) == (NOWHERE, "local", "info")
    assert line["ms"] > 0
    assert "SECRET" not in str(log_lines())


def test_probes_that_go_well_are_not_logged(log_lines, served):
    for path in ("/livez", "/readyz", "/metrics"):
        assert served.get(path).status_code == 200
    assert [line for line in log_lines() if line.get("status") == 200] == []


def test_a_path_cannot_forge_lines_or_fill_the_log(log_lines, served):
    served.get("/x%0A2026%20INFO%20forged%1B[2J" + "y" * 3000)
    (line,) = [line for line in log_lines() if line.get("status") == 404]
    assert line["path"].startswith("/x\\n2026 INFO forged\\x1b[2J")
    assert len(line["path"]) < 220


def test_errors_of_the_server_carry_the_request_id(log_lines, served):
    @served.app.get("/broken")
    def broken():
        logging.getLogger("rasterio._env").warning("https://a.net/B02.tif?sig=SECRET")
        raise RuntimeError("https://a.net/B02.tif?sig=SECRET")

    response = served.get("/broken", headers={"x-request-id": "abc-2"})
    assert response.status_code == 500
    assert response.json()["request_id"] == "abc-2"
    own = [line for line in log_lines() if line.get("request_id") == "abc-2"]
    assert {"rasterio._env", "landshot", "landshot.requests"} <= {line["logger"] for line in own}
    (request,) = [line for line in own if line["logger"] == "landshot.requests"]
    assert (request["status"], request["level"], request["route"]) == (500, "warning", "/broken")
    assert "SECRET" not in str(log_lines())


def test_lines_of_the_threads_that_make_maps_carry_the_request_id(log_lines, served, scene, monkeypatch):
    def map_region(*_arguments, **_named):
        logging.getLogger("landshot").warning("in a thread")
        raise RuntimeError

    monkeypatch.setattr("app.service.map_region", map_region)
    served.post("/adapt", json={"labels": scene.labels}, headers={"x-request-id": "abc-3"})
    (line,) = [line for line in log_lines() if line["event"] == "in a thread"]
    assert line["request_id"] == "abc-3"
