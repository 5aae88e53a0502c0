"""GET /livez and /readyz: for whoever keeps the server running."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from app.errors import NotReadyError
from app.service import serving
from geodata.errors import Fault

router = APIRouter(tags=["health"])


@router.get("/livez", summary="Whether the process answers")
async def live() -> dict[str, str]:
    """Answers at once, whatever else is going on."""
    return {"status": "alive"}


@router.get("/readyz", summary="Whether maps can be made now")
async def ready(request: Request) -> dict[str, object]:
    """503 with what is missing until model, imagery and storage are there."""
    state = await run_in_threadpool(serving(request).state)
    if missing := {part: found for part, found in state.items() if found != "ready"}:
        detail = "; ".join(f"{part}: {found}" for part, found in missing.items())
        raise NotReadyError(detail, tuple(Fault(part, found) for part, found in missing.items()))
    return {"status": "ready", "parts": state}
