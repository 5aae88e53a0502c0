"""Problems in the API's description: which statuses an operation refuses with, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.problems import PROBLEM_JSON, STATUS

if TYPE_CHECKING:
    from geodata.errors import LandshotError

PROBLEM: dict[str, Any] = {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
"""Content of every error; `app.openapi_problems` has the schema."""


def refusals(*kinds: type[LandshotError]) -> dict[int | str, dict[str, Any]]:
    """For `responses` of a route: each status that these errors have, with what they mean.

    Args:
        kinds: of `app.problems.STATUS`.
    """
    found: dict[int | str, list[str]] = {}
    for kind in kinds:
        found.setdefault(STATUS[kind], []).append(f"{kind.title} (`{kind.code}`).")
    return {
        status: {"description": " ".join(sentences), "content": PROBLEM}
        for status, sentences in found.items()
    }
