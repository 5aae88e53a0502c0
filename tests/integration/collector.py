"""An OpenTelemetry collector on the loopback interface, that keeps what it is sent over OTLP/HTTP."""

from __future__ import annotations

import gzip
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector:
    def __init__(self):
        self.url = ""
        self._posted = []

    def keep(self, body):
        self._posted.append(ExportTraceServiceRequest.FromString(body))

    def services(self):
        resources = [r for posted in self._posted for r in posted.resource_spans]
        return {_values(r.resource.attributes)["service.name"] for r in resources}

    def spans(self):
        """(name, attributes, span) of all spans so far."""
        return [
            (span.name, _values(span.attributes), span)
            for posted in self._posted
            for resource in posted.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


def _values(attributes):
    return {a.key: getattr(a.value, a.value.WhichOneof("value")) for a in attributes}


@contextmanager
def running_collector():
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            collector.keep(gzip.decompress(body) if self.headers["content-encoding"] == "gzip" else body)
            self.send_response(200)
            self.send_header("content-type", "application/x-protobuf")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
