"""What pydantic and the JSON parser have to say, as sentences that name the field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.errors import InvalidRequestError
from geodata.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from json import JSONDecodeError

MAX_FAULTS = 100


def sentences(found: Sequence[Mapping[str, Any]], *, skip: int = 0) -> tuple[Fault, ...]:
    """Pydantic's errors as faults, the first `MAX_FAULTS` of them.

    Args:
        found: `ValidationError.errors()`.
        skip: leading parts of each location to leave out; FastAPI puts "query" or "path" there.
    """
    return tuple(Fault(_where(error["loc"][skip:]), _reason(error)) for error in found[:MAX_FAULTS])


def invalid(faults: Sequence[Fault]) -> InvalidRequestError:
    """The error for these; its first sentence has the first three."""
    summary = "; ".join(f"{fault.where}: {fault.reason}" for fault in faults[:3])
    return InvalidRequestError(summary, tuple(faults))


def json_position(error: JSONDecodeError) -> str:
    """Where and why the JSON parser stopped."""
    return f"not JSON: {error.msg} at line {error.lineno}, column {error.colno}"


def _where(loc: Sequence[str | int]) -> str:
    """`("bbox", 1)` -> `bbox[1]`; nothing -> `body`."""
    text = ""
    for part in loc:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text or "body"


def _reason(error: Mapping[str, Any]) -> str:
    context = error.get("ctx") or {}
    given = _shown(error.get("input"))
    match error["type"]:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not a field of this request"
        case "string_pattern_mismatch":
            return f"{given} does not match {context.get('pattern')}"
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"should be an object, got {given}"
        case "too_short" | "too_long":
            least_or_most = "at least" if error["type"] == "too_short" else "at most"
            limit = context.get("min_length", context.get("max_length"))
            return f"needs {least_or_most} {limit} entries, has {context.get('actual_length')}"
    message = str(error["msg"]).removeprefix("Value error, ").removeprefix("Input ")
    return f"{message}, got {given}" if message.startswith("should") else message


def _shown(value: object) -> str:
    """A value as short as a message can bear."""
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
