"""GET /metrics: for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.operations.metrics import CONTENT_TYPE
from app.service import serving

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    summary="What the server counts and times",
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}, "description": "Prometheus' text format, 0.0.4."}},
)
def metrics(request: Request) -> Response:
    """Requests, latencies, queue, workers, disk; `docs/operations.md` lists them."""
    return Response(serving(request).metrics.text(), headers={"Content-Type": CONTENT_TYPE})
