"""The OpenAPI document: FastAPI's, with the body of POST /adapt and an example that works on this server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi

from app.adaptations.corrections import Corrections
from app.bundled import bundled_labels
from app.input_schemas import BBOX_SCHEMA
from app.keys.exposure import keys_required
from app.openapi_problems import complete_problems
from app.openapi_security import complete_security
from app.processes.execution import CRS84, ExecuteRequest
from app.requests import AdaptRequest, PlanRequest
from app.results.collection import COLLECTION
from app.results.search import SearchRequest
from app.sources.images import ImageSource

if TYPE_CHECKING:
    from fastapi import FastAPI
    from pydantic import BaseModel

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
    for path in ("/adapt", "/adaptations"):
        described["paths"][path]["post"]["requestBody"] = {
            "required": True,
            "content": {"application/json": content},
        }
    described["paths"]["/adapt/plan"]["post"]["requestBody"] = _body(
        described,
        PlanRequest,
        {name: value for name, value in content.get("example", {}).items() if name != "labels"},
    )
    described["paths"]["/processes/{process_id}/execution"]["post"]["requestBody"] = _execution(
        described, content
    )
    described["paths"]["/adaptations/{adaptation_id}/labels"]["post"]["requestBody"] = _body(
        described, Corrections, {"operations": [{"op": "class", "label": 1, "class": "water"}]}
    )
    described["paths"]["/search"]["post"]["requestBody"] = _body(
        described, SearchRequest, {"collections": [COLLECTION], "limit": 10}
    )
    complete_problems(described)
    complete_security(described, keys_required=keys_required(app.state.service.settings))
    return described


def _execution(described: dict[str, Any], content: dict[str, Any]) -> dict[str, Any]:
    """The body of an execution, its inputs those of POST /adapt; adds its schemas to the document."""
    body = ExecuteRequest.model_json_schema(ref_template=_REFERENCE)
    schemas = described["components"]["schemas"]
    schemas |= body.pop("$defs", {}) | {"ExecuteRequest": body}
    body["properties"]["inputs"] |= _inputs(schemas["AdaptRequest"])
    wrapped: dict[str, Any] = {"schema": {"$ref": _REFERENCE.format(model="ExecuteRequest")}}
    if "example" in content:
        wrapped["example"] = {"inputs": content["example"], "response": "document"}
    return {"required": True, "content": {"application/json": wrapped}}


def _inputs(asked: dict[str, Any]) -> dict[str, Any]:
    """The members of a request, each as it is or with its format."""
    properties = {}
    for name, schema in asked["properties"].items():
        forms = [schema, {"type": "object", "required": ["value"], "properties": {"value": schema}}]
        if name == "bbox":
            members = {"bbox": BBOX_SCHEMA, "crs": {"const": CRS84}}
            forms.append({"type": "object", "required": ["bbox"], "properties": members})
        properties[name] = {"anyOf": forms}
    return {"required": asked["required"], "properties": properties, "additionalProperties": False}


def _body(described: dict[str, Any], model: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    """A body that is read as `model`; adds its schemas to the document."""
    name = model.__name__
    schema = model.model_json_schema(ref_template=_REFERENCE)
    described["components"]["schemas"] |= schema.pop("$defs", {}) | {name: schema}
    content = {"schema": {"$ref": _REFERENCE.format(model=name)}, "example": example}
    return {"required": True, "content": {"application/json": content}}


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
