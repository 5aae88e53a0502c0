"""The process as OGC API - Processes describes it: one, which is POST /adapt."""

from __future__ import annotations

from typing import Any

from app import __version__
from app.links import GEOJSON
from app.processes.results import OUTPUTS
from app.processes.vocabulary import EXECUTE, JOB_LIST, PROCESS_ID, link
from app.requests import AdaptRequest

DESCRIPTION = (
    "Adapts a meta-trained network to a region with a handful of labelled pixels, and maps all of the region. "
    "POST /adapt does the same without the wrapping."
)


def process_list(base_url: str) -> dict[str, Any]:
    """All processes: one."""
    return {
        "processes": [process_summary(base_url)],
        "links": [link(f"{base_url}processes", "self", title="The processes")],
    }


def process_summary(base_url: str) -> dict[str, Any]:
    """The process without its inputs and outputs."""
    here = f"{base_url}processes/{PROCESS_ID}"
    return {
        "id": PROCESS_ID,
        "version": __version__,
        "title": "Make a land-cover map",
        "description": DESCRIPTION,
        "keywords": ["land cover", "classification", "few-shot", "Sentinel-2", "Landsat"],
        "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
        "outputTransmission": ["reference"],
        "links": [
            link(here, "self", title="Its description"),
            link(f"{here}/execution", EXECUTE, title="Where it is run"),
            link(f"{base_url}jobs?processID={PROCESS_ID}", JOB_LIST, title="Its jobs"),
        ],
    }


def process_description(base_url: str) -> dict[str, Any]:
    """The whole description."""
    return process_summary(base_url) | {"inputs": _inputs(), "outputs": _outputs()}


def _inputs() -> dict[str, Any]:
    schema = AdaptRequest.model_json_schema()
    required = schema["required"]
    return {
        name: {
            "title": name.capitalize(),
            "description": member.get("description", ""),
            "minOccurs": 1 if name in required else 0,
            "maxOccurs": 1,
            "schema": _input_schema(name, member),
        }
        for name, member in schema["properties"].items()
    }


def _input_schema(name: str, member: dict[str, Any]) -> dict[str, Any]:
    """Of the value alone: what may be left out is said by minOccurs, not by null."""
    kinds = [kind for kind in member.get("anyOf", []) if kind != {"type": "null"}]
    schema = (
        dict(kinds[0]) if kinds else {k: v for k, v in member.items() if k not in ("title", "description")}
    )
    if name == "labels":
        schema |= {"contentMediaType": GEOJSON, "format": "geojson-feature-collection"}
    if name == "bbox":
        schema |= {"format": "ogc-bbox"}
    return schema


def _outputs() -> dict[str, Any]:
    schemas = {
        "landcover": {
            "type": "string",
            "contentEncoding": "binary",
            "contentMediaType": OUTPUTS["landcover"][0],
        },
        "item": {"type": "object", "contentMediaType": GEOJSON, "format": "geojson-feature"},
    }
    return {name: {"title": title, "schema": schemas[name]} for name, (_, title) in OUTPUTS.items()}
