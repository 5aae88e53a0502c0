from __future__ import annotations

import json
import os

import httpx2
import pytest
from collector import running_collector
from processes import running_server

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@pytest.fixture
def collector(monkeypatch):
    with running_collector() as running:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", running.url)
        yield running


def test_a_collector_gets_a_span_for_each_request_and_no_secret(collector, scene, tmp_path):
    options = ["--imagery", f"blocks={scene.path}"]
    with running_server(tmp_path / "data", *options) as server, httpx2.Client(base_url=server.url) as client:
        headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "x-api-key": "SECRET"}
        assert client.get("/imagery?sig=SECRET&api_key=SECRET", headers=headers).status_code == 200
        assert client.get("/maps/00000000000000000000000000000000").status_code == 404
        assert client.get("/livez").status_code == 200
    assert collector.services() == {"landshot"}
    spans = {name: (attributes, span) for name, attributes, span in collector.spans()}
    assert set(spans) == {"GET /imagery", "GET /maps/{map_id}"}
    attributes, span = spans["GET /imagery"]
    assert attributes["http.route"] == "/imagery"
    assert attributes["http.response.status_code"] == 200
    assert span.trace_id.hex() == TRACE
    assert "SECRET" not in str(collector.spans())


def test_a_collector_that_is_away_disturbs_nobody(scene, tmp_path, monkeypatch):
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "1")
    with (
        running_server(tmp_path / "data", "--imagery", f"blocks={scene.path}") as server,
        httpx2.Client(base_url=server.url) as client,
    ):
        assert client.get("/imagery").status_code == 200


def test_a_line_of_the_log_has_the_trace_of_its_request(collector, scene, tmp_path, monkeypatch):
    del collector
    # Only what begins with LANDSHOT_ is kept from servers under test.
    monkeypatch.setattr("processes.environment", _json_logs)
    data = tmp_path / "data"
    with (
        running_server(data, "--imagery", f"blocks={scene.path}") as server,
        httpx2.Client(base_url=server.url) as client,
    ):
        client.get("/imagery", headers={"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"})
    lines = [json.loads(line) for line in (data / "server.log").read_text().splitlines()]
    (line,) = [line for line in lines if line.get("route") == "/imagery"]
    assert line["trace_id"] == TRACE


def _json_logs():
    return {**os.environ, "LANDSHOT_LOG_FORMAT": "json"}


def test_serve_refuses_traces_that_it_cannot_send(landshot, collector, monkeypatch):
    del collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
    done = landshot("serve", "--port", "0", code=1)
    assert "traces are sent over http/protobuf, not 'grpc'" in done.stderr
    assert "Landshot on" not in done.stdout
