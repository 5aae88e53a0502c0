from __future__ import annotations

import builtins
import os

import pytest
from fastapi import FastAPI
from opentelemetry import trace
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.testclient import TestClient

from app.operations import tracing
from app.operations.tracing import TracingError, provider_for, span, telemetry, traced, wanted

ENDPOINT = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}


@pytest.fixture
def exported(monkeypatch):
    """The spans so far; OpenTelemetry lets a process choose its provider once, so its look-up is replaced."""
    exporter = InMemorySpanExporter()
    provider = provider_for(exporter)
    monkeypatch.setattr(trace, "get_tracer_provider", lambda: provider)
    monkeypatch.setattr(
        trace, "get_tracer", lambda name, version=None, *_more: provider.get_tracer(name, version)
    )

    def spans():
        provider.force_flush()
        return exporter.get_finished_spans()

    yield spans
    provider.shutdown()


@pytest.mark.parametrize(
    ("environment", "kind"),
    [
        ({}, None),
        (ENDPOINT, "otlp"),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, "otlp"),
        ({"OTEL_TRACES_EXPORTER": "console"}, "console"),
        (ENDPOINT | {"OTEL_TRACES_EXPORTER": "none"}, None),
        (ENDPOINT | {"OTEL_SDK_DISABLED": "true"}, None),
    ],
)
def test_traces_are_sent_where_the_environment_says(environment, kind):
    assert wanted(environment) == kind


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "Landshot knows otlp, console and none"),
        (ENDPOINT | {"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "http/protobuf, not 'grpc'"),
    ],
)
def test_what_cannot_be_sent_is_refused(environment, said):
    with pytest.raises(TracingError, match=said):
        wanted(environment)


def test_work_without_a_provider_is_not_disturbed():
    with span("adapt", labels=3) as begun:
        assert not begun.is_recording()


def test_the_service_is_named_landshot_unless_the_environment_names_it(monkeypatch):
    provider = provider_for(InMemorySpanExporter())
    assert provider.resource.attributes["service.name"] == "landshot"
    provider.shutdown()
    monkeypatch.setenv("OTEL_SERVICE_NAME", "maps-of-ours")
    provider = provider_for(InMemorySpanExporter())
    assert provider.resource.attributes["service.name"] == "maps-of-ours"
    provider.shutdown()


def test_spans_of_work_lie_below_their_request(exported):
    app = FastAPI(telemetry=telemetry())

    @app.get("/maps/{map_id}")
    def it(map_id: str):
        with span("adapt", labels=3):
            return map_id

    @app.get("/livez")
    def live():
        return "alive"

    with TestClient(app) as client:
        client.get("/maps/1?sig=SECRET")
        client.get("/livez")
    inner, outer = exported()
    assert (inner.name, outer.name) == ("adapt", "GET /maps/{map_id}")
    assert inner.parent.span_id == outer.context.span_id
    assert inner.attributes == {"landshot.labels": 3}
    assert outer.attributes["url.query"] == "***"


def test_a_missing_extra_is_named(monkeypatch):
    real = builtins.__import__

    def missing(name, *more):
        if name.startswith("opentelemetry.exporter"):
            raise ModuleNotFoundError(name=name)
        return real(name, *more)

    monkeypatch.setattr(tracing.os, "environ", os.environ | ENDPOINT)
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(TracingError, match=r"pip install 'landshot\[telemetry\]'"), traced():
        pass


def test_a_span_of_work_that_fails_says_how_and_nothing_that_could_be_secret(exported):
    def fail():
        with span("adapt"):
            raise OSError("https://a.net/B02.tif?sig=SECRET")

    with pytest.raises(OSError, match="SECRET"):
        fail()
    (failed,) = exported()
    assert failed.attributes["error.type"] == "OSError"
    assert not failed.status.is_ok
    assert "SECRET" not in failed.to_json()
