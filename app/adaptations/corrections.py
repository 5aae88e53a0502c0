"""The body of POST /adaptations/{id}/labels: what is to be done to labels, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema

from app.errors import InvalidRequestError
from app.faults import invalid, sentences
from app.input_schemas import FEATURE_SCHEMA, GEOMETRY_SCHEMA, LEGEND_SCHEMA
from app.requests import read_json
from geodata.errors import LabelsError

if TYPE_CHECKING:
    from collections.abc import Mapping


LabelId = Annotated[int, Field(ge=1, description="The `id` of a label, of GET /adaptations/{id}/labels.")]

Geometry = Annotated[dict[str, Any], WithJsonSchema(GEOMETRY_SCHEMA)]


class _Step(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Add(_Step):
    """A new label."""

    op: Literal["add"]
    feature: Annotated[dict[str, Any], WithJsonSchema(FEATURE_SCHEMA)]


class Move(_Step):
    """Another place for a label."""

    op: Literal["move"]
    label: LabelId
    geometry: Geometry


class Reclass(_Step):
    """Another class for a label."""

    op: Literal["class"]
    label: LabelId
    class_: str | int = Field(alias="class", description="Name of a class, or its value.")


class Remove(_Step):
    """A label less."""

    op: Literal["remove"]
    label: LabelId


class Undo(_Step):
    """Back to the version that the current one was made from; only before other operations."""

    op: Literal["undo"]


class Redo(_Step):
    """Forward again to the newest version made from the current one; only before other operations."""

    op: Literal["redo"]


Edit = Add | Move | Reclass | Remove
Operation = Annotated[Edit | Undo | Redo, Field(discriminator="op")]


class Corrections(BaseModel):
    """Operations in their order, and what they begin with."""

    model_config = ConfigDict(extra="forbid")

    operations: list[Operation] = Field(
        default=[],
        description="`add`, `move`, `class`, `remove`, in any order; `undo` and `redo` stand before them. None at "
        "all: adapt again, with the imagery that there is now.",
    )
    legend: Annotated[list[Any], WithJsonSchema(LEGEND_SCHEMA)] | None = Field(
        default=None, description="Another legend, as in POST /adapt; left out: as before."
    )
    base_version: Annotated[int, Field(ge=1)] | None = Field(
        default=None,
        description="The version that the operations are meant for: 409 where another is current.",
    )

    @property
    def jumps(self) -> list[Undo | Redo]:
        """What comes first."""
        return [step for step in self.operations if isinstance(step, Undo | Redo)]

    @property
    def edits(self) -> list[Edit]:
        """What comes then."""
        return [step for step in self.operations if not isinstance(step, Undo | Redo)]


def parse_corrections(body: bytes, *, most: int) -> Corrections:
    """Operations from bytes.

    Raises:
        MalformedJsonError: the body is not JSON; says where.
        InvalidRequestError: fields that are missing, unknown or of the wrong kind, or out of order.
        LabelsError: more operations than a request may have labels.
    """
    try:
        asked = Corrections.model_validate(read_json(body), strict=True)
    except ValidationError as error:
        raise invalid(sentences(error.errors(include_url=False))) from None
    if len(asked.operations) > most:
        raise LabelsError(
            f"{len(asked.operations):,} operations, and a request may have {most:,} (LANDSHOT_MAX_LABELS); send "
            "some of them at a time."
        )
    if any(isinstance(step, Undo | Redo) for step in asked.operations[len(asked.jumps) :]):
        raise InvalidRequestError(
            "operations: undo and redo come first; send what is to be done before them in a request of its own."
        )
    return asked


def operation_summary(step: Edit, label: int) -> Mapping[str, Any]:
    """One operation as the history tells it."""
    if isinstance(step, Reclass):
        return {"op": step.op, "label": label, "class": step.class_}
    return {"op": step.op, "label": label}
