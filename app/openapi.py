"""The OpenAPI document: FastAPI's, with the body of POST /adapt and an example that works on this server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from app.bundled import bundled_labels
from app.requests import AdaptRequest
from app.sources.images import ImageSource

if TYPE_CHECKING:
    from fastapi import FastAPI

    from app.service import Service

_REFERENCE = "#/components/schemas/{model}"


def document(app: FastAPI) -> dict[str, Any]:
    """OpenAPI 3.1 of the application."""
    described = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    body = AdaptRequest.model_json_schema(ref_template=_REFERENCE)
    described["components"]["schemas"] |= body.pop("$defs", {}) | {"AdaptRequest": body}
    content: dict[str, Any] = {"schema": {"$ref": _REFERENCE.format(model="AdaptRequest")}}
    if app.state.service.sources:
        content["example"] = example(app.state.service)
    for path in ("/adapt", "/adapt/plan"):
        described["paths"][path]["post"]["requestBody"] = {
            "required": True,
            "content": {"application/json": content},
        }
    return described


def example(service: Service) -> dict[str, Any]:
    """A request for the first imagery: with the bundled labels where there are some, else with two made up.

    Where there are catalogues only, box and period are no more than a pattern to fill in.
    """
    images = [source for source in service.sources.values() if isinstance(source, ImageSource)]
    if labels := bundled_labels(service.settings):
        return {"imagery": images[0].name, "labels": json.loads(labels.read_text("utf-8"))}
    if not images:
        name = next(iter(service.sources))
        box, period = (3.0, 50.8, 3.1, 50.9), {"start": "2025-03-01", "end": "2025-11-30", "steps": "month"}
        return {"imagery": name, "bbox": list(box), **period, "labels": _two_labels(box)}
    return {"imagery": images[0].name, "labels": _two_labels(images[0].imagery.bounds_lonlat)}


def _two_labels(bounds: tuple[float, float, float, float]) -> dict[str, Any]:
    west, south, east, north = bounds
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"class": name},
                "geometry": {
                    "type": "Point",
                    "coordinates": [
                        round(west + share * (east - west), 6),
                        round(south + share * (north - south), 6),
                    ],
                },
            }
            for name, share in (("tree cover", 0.45), ("cropland", 0.55))
        ],
    }
