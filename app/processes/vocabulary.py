"""Names that the OGC has given to relations and conformance classes."""

from __future__ import annotations

from typing import Final

PROCESS_ID: Final = "adapt"

_RELATION = "http://www.opengis.net/def/rel/ogc/1.0"
PROCESSES: Final = f"{_RELATION}/processes"
JOB_LIST: Final = f"{_RELATION}/job-list"
EXECUTE: Final = f"{_RELATION}/execute"
RESULTS: Final = f"{_RELATION}/results"
EXCEPTIONS: Final = f"{_RELATION}/exceptions"

_PROCESSES = "http://www.opengis.net/spec/ogcapi-processes-1/1.0/conf"
CONFORMS_TO: Final = (
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/landing-page",
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/json",
    f"{_PROCESSES}/core",
    f"{_PROCESSES}/ogc-process-description",
    f"{_PROCESSES}/json",
    f"{_PROCESSES}/job-list",
    f"{_PROCESSES}/dismiss",
)
"""Not `oas30`: the OpenAPI document is 3.1. Not `callback`: the server sends no requests to addresses of clients."""

JSON: Final = "application/json"
EVENT_STREAM: Final = "text/event-stream"


def link(href: str, rel: str, media_type: str = JSON, title: str = "") -> dict[str, str]:
    """A link as all OGC APIs have them."""
    made = {"rel": rel, "href": href, "type": media_type}
    return made | {"title": title} if title else made
