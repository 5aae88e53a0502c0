"""GET /livez and /readyz: for whoever keeps the server running."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from app.errors import NotReadyError
from app.operations.operations import operations_of
from app.routes.refusals import refusals
from geodata.errors import Fault

router = APIRouter(tags=["health"])


@router.get("/livez", summary="Whether the process answers")
async def live() -> dict[str, str]:
    """Answers from the event loop, without disk or database, whatever else is going on."""
    return {"status": "alive"}


@router.get(
    "/readyz",
    summary="Whether maps can be made now",
    responses=refusals(NotReadyError),
)
async def ready(request: Request) -> dict[str, Any]:
    """503 with what is missing until database, storage, model and imagery are there.

    `status` is "paused" where maps can be read and jobs wait: the disk is full, say. `parts` has the state of
    each part, and members of their names have more: free bytes, devices, jobs, workers.
    """
    parts = await operations_of(request).readiness.parts()
    if missing := {name: part.state for name, part in parts.items() if part.is_missing}:
        detail = "; ".join(f"{name}: {state}" for name, state in missing.items())
        raise NotReadyError(detail, tuple(Fault(name, state) for name, state in missing.items()))
    states = {name: part.state for name, part in parts.items()}
    whole = "ready" if set(states.values()) == {"ready"} else "paused"
    details = {name: dict(part.details) for name, part in parts.items() if part.details}
    return {"status": whole, "parts": states, **details}
