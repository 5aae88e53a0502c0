"""GET /problems/{code}: what the `type` of a problem document points to."""

from __future__ import annotations

import inspect
from typing import Annotated, Any

from fastapi import APIRouter, Path

from app.errors import InvalidRequestError
from app.problems import STATUS, problem_type
from app.routes.refusals import refusals
from geodata.errors import NotFoundError

router = APIRouter(tags=["problems"])


@router.get("/problems", summary="All kinds of problems")
async def list_problems() -> dict[str, list[dict[str, Any]]]:
    """Each kind with its status and meaning."""
    return {"problems": [_described(code) for code in sorted({kind.code for kind in STATUS})]}


@router.get(
    "/problems/{code}",
    summary="A kind of problem",
    responses=refusals(NotFoundError, InvalidRequestError),
)
async def get_problem(code: Annotated[str, Path(max_length=64)]) -> dict[str, Any]:
    """What it means."""
    if code not in {kind.code for kind in STATUS}:
        raise NotFoundError(f"There is no kind of problem {code!r}; GET /problems lists them.")
    return _described(code)


def _described(code: str) -> dict[str, Any]:
    kind, status = next((kind, status) for kind, status in STATUS.items() if kind.code == code)
    return {
        "type": problem_type(kind),
        "title": kind.title,
        "status": status,
        "description": inspect.cleandoc(kind.__doc__ or ""),
    }
