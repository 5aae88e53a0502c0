"""GET /imagery: the scenes that clients may choose from, by name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request

from app.service import serving

if TYPE_CHECKING:
    from geodata.imagery.files import FileImagery

router = APIRouter(tags=["imagery"])


@router.get("/imagery", summary="The scenes on offer")
def list_imagery(request: Request) -> dict[str, list[dict[str, Any]]]:
    """Name, bands, bounds and date of each scene; where it lies on disk is the server's own affair."""
    return {"imagery": [_described(scene) for scene in serving(request).scenes.values()]}


def _described(scene: FileImagery) -> dict[str, Any]:
    height, width = scene.geobox.shape
    resolution = scene.geobox.resolution
    return {
        "name": scene.name,
        "sensor": scene.sensor,
        "date": scene.date.isoformat() if scene.date else None,
        "bands": [
            {"name": band.name, "common_name": band.common_name, "wavelength_nm": band.wavelength_nm}
            for band in scene.bands
        ],
        "bbox": list(scene.bounds_lonlat),
        "crs": str(scene.geobox.crs),
        "height": height,
        "width": width,
        "resolution": [abs(resolution.x), abs(resolution.y)],
        "scaling": scene.scaling,
    }
