"""Where clients begin: what the server has, and which standards it keeps to."""

from __future__ import annotations

from typing import Any

from app.links import GEOJSON
from app.live import conformance as tiles
from app.processes import vocabulary
from app.processes.vocabulary import JOB_LIST, PROCESSES, link
from app.results import conformance as results

TILING_SCHEMES = "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes"

CONFORMS_TO = (*vocabulary.CONFORMS_TO, *results.CONFORMS_TO, *tiles.CONFORMS_TO)
"""Every conformance class of the server."""


def landing_page(base_url: str, *, title: str, description: str) -> dict[str, Any]:
    """The landing page of OGC API - Common, which is a STAC Catalog too.

    Args:
        base_url: of the server, ending in a slash.
        title: of the API.
        description: of the API.
    """
    return {
        "type": "Catalog",
        "id": "landshot",
        "stac_version": "1.1.0",
        "title": title,
        "description": description,
        "conformsTo": list(CONFORMS_TO),
        "links": [
            link(base_url, "self", title="This document"),
            link(base_url, "root", title="This document"),
            link(
                f"{base_url}openapi.json",
                "service-desc",
                "application/vnd.oai.openapi+json;version=3.1",
                "The API",
            ),
            link(f"{base_url}docs", "service-doc", "text/html", "The API, for people"),
            link(f"{base_url}conformance", "conformance", title="Standards that it keeps to"),
            link(f"{base_url}processes", PROCESSES, title="The processes: one"),
            link(f"{base_url}jobs", JOB_LIST, title="Your jobs"),
            link(f"{base_url}collections", "data", title="The maps as a collection"),
            link(f"{base_url}collections/maps", "child", title="All maps"),
            link(f"{base_url}maps", "related", GEOJSON, "The maps as GeoJSON"),
            *(
                link(f"{base_url}search", "search", GEOJSON, "Search the maps") | {"method": method}
                for method in ("GET", "POST")
            ),
            link(f"{base_url}adaptations", "related", title="Your adaptations"),
            link(f"{base_url}tileMatrixSets", TILING_SCHEMES, title="The tile matrix sets"),
            link(f"{base_url}imagery", "related", title="The imagery on offer"),
            link(f"{base_url}models", "related", title="The initializations that maps are adapted from"),
        ],
    }


def conformance() -> dict[str, list[str]]:
    """The conformance declaration."""
    return {"conformsTo": list(CONFORMS_TO)}
