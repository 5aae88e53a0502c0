"""GET /imagery: what clients may choose from, by name."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from app.service import serving

router = APIRouter(tags=["imagery"])


@router.get("/imagery", summary="The imagery on offer")
def list_imagery(request: Request) -> dict[str, list[dict[str, Any]]]:
    """Files with bands, bounds and date; catalogues with what a request may ask of them.

    Where anything lies is the server's own affair.
    """
    return {"imagery": [source.described() for source in serving(request).sources.values()]}
