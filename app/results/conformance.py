"""The standards that the collection of maps follows; `/conformance` lists them."""

from __future__ import annotations

from typing import Final

CONFORMS_TO: Final = (
    "https://api.stacspec.org/v1.0.0/core",
    "https://api.stacspec.org/v1.0.0/collections",
    "https://api.stacspec.org/v1.0.0/ogcapi-features",
    "https://api.stacspec.org/v1.0.0/item-search",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
)
"""Not OGC's `oas30`: the OpenAPI document is 3.1."""
