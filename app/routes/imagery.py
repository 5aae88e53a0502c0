"""GET /imagery: what clients may choose from, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request

from app.live.bands import imagery_layers
from app.live.indices import INDICES
from app.service import serving

if TYPE_CHECKING:
    from app.live.layers import Layer
    from app.sources import Source

router = APIRouter(tags=["imagery"])


@router.get("/imagery", summary="The imagery on offer")
def list_imagery(request: Request) -> dict[str, list[dict[str, Any]]]:
    """Files with bands, bounds and date; catalogues with what a request may ask of them; what tiles show of each.

    Where anything lies is the server's own affair.
    """
    return {"imagery": [_described(source) for source in serving(request).sources.values()]}


def _described(source: Source) -> dict[str, Any]:
    return {**source.described(), "layers": [_layer(layer) for layer in imagery_layers(source.band_sets)]}


def _layer(layer: Layer) -> dict[str, Any]:
    """What the `layer` of an address may be, and what its colours mean, where they mean a number."""
    ramp = {"ramp": INDICES[layer].ramp} if layer in INDICES else {}
    return {"id": layer.value, "title": layer.heading, **ramp}
