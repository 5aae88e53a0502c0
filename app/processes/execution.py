"""The body of POST /processes/adapt/execution: inputs as POST /adapt takes them, in OGC's wrapping."""

from __future__ import annotations

import json
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.errors import InvalidRequestError, MalformedJsonError
from app.faults import invalid, sentences
from app.requests import read_json
from geodata.errors import Fault

OutputName = Literal["landcover", "item"]

CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

_QUALIFIERS = {"value", "mediaType", "encoding", "schema", "format"}
"""Members of an input that is written with its format."""


class OutputFormat(BaseModel):
    """How an output is written; each has one way only, so this is accepted and changes nothing."""

    model_config = ConfigDict(extra="ignore")

    mediaType: str | None = None  # noqa: N815 - as the standard spells it


class Output(BaseModel):
    """How one output comes."""

    model_config = ConfigDict(extra="forbid")

    format: OutputFormat | None = None
    transmissionMode: Literal["value", "reference"] | None = Field(  # noqa: N815 - as the standard spells it
        default=None,
        description="Documents have references. A raw response has the one output by value, several by reference.",
    )


class ExecuteRequest(BaseModel):
    """What to run the process on, and what to answer with."""

    model_config = ConfigDict(extra="forbid")

    inputs: dict[str, Any] = Field(
        description='The members of the body of POST /adapt; each as it is, or as `{"value": ...}`.'
    )
    outputs: dict[OutputName, Output] | None = Field(
        default=None,
        description="The outputs to answer with. Left out: in a raw response the land cover, else all.",
    )
    response: Literal["raw", "document"] = Field(
        default="raw",
        description="The output itself, or a JSON document of references. Jobs have a document.",
    )


def parse_execution(body: bytes) -> tuple[ExecuteRequest, bytes]:
    """What was asked, and the body that POST /adapt takes for the same.

    Raises:
        MalformedJsonError: the body is not JSON.
        InvalidRequestError: a member is missing, unknown or of the wrong kind.
    """
    document = read_json(body)
    if isinstance(document, dict) and "subscriber" in document:
        reason = "this server sends no requests to addresses of clients; read GET /jobs/{id}/events"
        raise _refused("subscriber", reason)
    try:
        asked = ExecuteRequest.model_validate(document, strict=True)
    except ValidationError as error:
        raise invalid(sentences(error.errors(include_url=False))) from None
    if asked.response == "document":
        for name, output in (asked.outputs or {}).items():
            if output.transmissionMode == "value":
                reason = 'documents have references; ask for response "raw" to have one output by value'
                raise _refused(f"outputs.{name}.transmissionMode", reason)
    inputs = {name: _unwrapped(value, f"inputs.{name}") for name, value in asked.inputs.items()}
    if isinstance(legend := inputs.get("legend"), list):
        inputs["legend"] = [
            # An entry of a legend has a member "value" of its own, a number.
            _unwrapped(entry, f"inputs.legend[{index}]") if _is_object_in(entry, "value") else entry
            for index, entry in enumerate(legend)
        ]
    if isinstance(box := inputs.get("bbox"), dict):
        inputs["bbox"] = _box(box)
    try:
        return asked, json.dumps(inputs).encode()
    except RecursionError:
        raise MalformedJsonError("not JSON that can be read: it is nested too deeply") from None


def _unwrapped(value: object, where: str) -> object:
    if not isinstance(value, dict):
        return value
    if "href" in value:
        raise _refused(where, "this server fetches nothing from addresses of clients; send the value itself")
    return value["value"] if "value" in value and value.keys() <= _QUALIFIERS else value


def _is_object_in(entry: object, member: str) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get(member), dict)


def _box(box: dict[str, Any]) -> object:
    """Of the standard's `{"bbox": [...], "crs": ...}`."""
    if not {"bbox"} <= box.keys() <= {"bbox", "crs"}:
        raise _refused(
            "inputs.bbox", "should be [west, south, east, north], or an object with `bbox` and `crs`"
        )
    if box.get("crs", CRS84) != CRS84:
        raise _refused("inputs.bbox.crs", f"should be {CRS84}: degrees, longitude first")
    return box["bbox"]


def _refused(where: str, reason: str) -> InvalidRequestError:
    return invalid([Fault(where, reason)])
