"""OpenTelemetry traces, where the environment asks for them (`OTEL_...`); otherwise spans cost next to nothing."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from opentelemetry import trace

from app import __version__
from app.operations.middleware import PROBES
from geodata.errors import LandshotError

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

    from fastapi.telemetry import TelemetryConfig
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import Span as RecordedSpan
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span

SERVICE: Final = "landshot"

_ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")


class TracingError(LandshotError):
    """Traces that are asked for and cannot be sent."""

    code = "tracing-unavailable"
    title = "Traces cannot be sent"
    users_to_mend = False


@contextmanager
def traced() -> Iterator[None]:
    """Send traces while the block runs, where the environment asks for it; once in a process.

    Raises:
        TracingError: the extra is not installed, or the environment asks for what there is not.
    """
    kind = wanted(os.environ)
    if kind is None:
        yield
        return
    provider = provider_for(_exporter(kind))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()  # sends what is left


def telemetry() -> TelemetryConfig:
    """For `FastAPI(telemetry=...)`: a span for each request but those of probes, and nothing else of its own."""
    return {
        "tracing": True,
        "metrics": False,
        "logs": False,
        "operation_spans": False,
        "auto_configure": False,
        "exclude": _is_probe,
    }


@contextmanager
def span(name: str, **attributes: str | float) -> Iterator[Span]:
    """A span around some work, below the one that is current.

    Args:
        name: "adapt", "tile", ...: few different ones.
        attributes: what it was about; their names get the prefix `landshot.`.
    """
    named = {f"landshot.{key}": value for key, value in attributes.items()}
    tracer = trace.get_tracer(SERVICE, __version__)
    # What an error says may hold addresses with tokens, so its kind must do.
    with tracer.start_as_current_span(
        name, attributes=named, record_exception=False, set_status_on_exception=False
    ) as begun:
        try:
            yield begun
        except Exception as error:
            begun.set_attribute("error.type", type(error).__name__)
            begun.set_status(trace.StatusCode.ERROR)
            raise


def wanted(environment: MutableMapping[str, str]) -> str | None:
    """Where traces go: "otlp", "console", or None.

    Raises:
        TracingError: somewhere else.
    """
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return None
    named = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    has_endpoint = any(environment.get(name) for name in _ENDPOINTS)
    if named == "none" or not (named or has_endpoint):
        return None
    if named not in {"", "otlp", "console"}:
        raise TracingError(f"OTEL_TRACES_EXPORTER is {named!r}; Landshot knows otlp, console and none")
    protocol = next((environment[name] for name in _PROTOCOLS if environment.get(name)), "http/protobuf")
    if named != "console" and protocol != "http/protobuf":
        raise TracingError(f"traces are sent over http/protobuf, not {protocol!r}: leave {_PROTOCOLS[1]} out")
    return named or "otlp"


def provider_for(exporter: SpanExporter) -> TracerProvider:
    """What makes spans and hands them to an exporter, in a thread."""
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 - an extra

    class WithoutQueries(SpanProcessor):
        """Signatures and whatever clients write by mistake stand in queries."""

        def on_start(self, span: RecordedSpan, parent_context: Context | None = None) -> None:
            del parent_context
            if span.attributes and "url.query" in span.attributes:
                span.set_attribute("url.query", "***")

    resource = Resource.create({"service.version": __version__})
    if str(resource.attributes.get(SERVICE_NAME, "")).startswith("unknown_service"):
        resource = resource.merge(Resource({SERVICE_NAME: SERVICE}))
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(WithoutQueries())
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _exporter(kind: str) -> SpanExporter:
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import ConsoleSpanExporter  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise TracingError(
            f"the environment asks for traces (OTEL_...), and {error.name} is not installed: "
            "pip install 'landshot[telemetry]', or set OTEL_SDK_DISABLED=true"
        ) from None
    return ConsoleSpanExporter() if kind == "console" else OTLPSpanExporter()


def _is_probe(scope: MutableMapping[str, Any]) -> bool:
    return scope.get("path") in PROBES
