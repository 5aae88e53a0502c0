"""The OpenAPI document: FastAPI's, with the body of POST /adapt and an example that works on this server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from app.bundled import bundled_labels
from app.requests import AdaptRequest

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
    if app.state.service.scenes:
        content["example"] = example(app.state.service)
    described["paths"]["/adapt"]["post"]["requestBody"] = {
        "required": True,
        "content": {"application/json": content},
    }
    return described


def example(service: Service) -> dict[str, Any]:
    """A request for the first scene: with the bundled labels where there are some, else with two made up."""
    scene = next(iter(service.scenes.values()))
    if labels := bundled_labels(service.settings):
        return {"imagery": scene.name, "labels": json.loads(labels.read_text("utf-8"))}
    west, south, east, north = scene.bounds_lonlat
    return {
        "imagery": scene.name,
        "labels": {
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
        },
    }
