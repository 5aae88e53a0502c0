"""GET /models: the initialization that maps are adapted from."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool

from app.service import serving

router = APIRouter(tags=["models"])


@router.get("/models", summary="The meta-trained initializations")
async def list_models(request: Request) -> dict[str, list[dict[str, Any]]]:
    """The manifest of each: how it was trained, on what, and how well it does."""
    model = await run_in_threadpool(serving(request).model)
    return {"models": [{**model.manifest, "default": True}]}
