"""GET below /adaptations/{id}: what a version makes of a pixel, its areas, and how far its labels can be trusted."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import APIRouter, Query
from fastapi.requests import Request  # noqa: TC002 - FastAPI resolves the annotations of its routes
from starlette.concurrency import run_in_threadpool

from app.database.connection import DatabaseError
from app.errors import BusyError, InvalidRequestError, OutdatedAdaptationError
from app.keys.owner import owner_of
from app.routes.adaptations import AdaptationId, VersionQuery  # noqa: TC001 - see above
from app.routes.refusals import refusals
from app.service import serving
from geodata.errors import CatalogueError, ImageryFailedError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future

    from app.adaptations.desk import AdaptationDesk
    from app.adaptations.version import Version

Longitude = Annotated[float, Query(ge=-180, le=180, allow_inf_nan=False, description="Degrees (WGS 84).")]
Latitude = Annotated[float, Query(ge=-90, le=90, allow_inf_nan=False, description="Degrees (WGS 84).")]

_LOOKING = refusals(
    NotFoundError,
    OutdatedAdaptationError,
    InvalidRequestError,
    CatalogueError,
    ImageryFailedError,
    BusyError,
    DatabaseError,
)

T = TypeVar("T")

router = APIRouter(prefix="/adaptations/{adaptation_id}", tags=["adaptations"])


@router.get("/pixel", summary="What the model sees in a pixel", responses=_LOOKING)
async def get_pixel(
    request: Request,
    *,
    adaptation_id: AdaptationId,
    lon: Longitude,
    lat: Latitude,
    version: VersionQuery = None,
) -> dict[str, Any]:
    """Classes by probability, the spectrum beside those of the labelled pixels, and the labels that are most like it.

    The first class is the map's, and its probability in per cent the map's confidence. `distance` is measured in the
    feature space of the adapted network; 1 is as far as two labels of one class usually are from each other. A pixel
    that was never seen clear has `observed` false, and neither classes nor labels.
    """
    told, _ = await _of_version(
        request, adaptation_id, version, lambda desk, asked: desk.pixel(asked, lon, lat)
    )
    return told


@router.get("/areas", summary="How much ground each class covers", responses=_LOOKING)
async def get_areas(
    request: Request, adaptation_id: AdaptationId, version: VersionQuery = None
) -> dict[str, Any]:
    """Square metres on the ellipsoid; shares are of the whole region, and with that of nodata they sum to 1.

    Up to 1,048,576 pixels all of the region are predicted; of larger regions every n-th row and column, `step` says
    n, and pixels and areas are scaled to the region.
    """
    areas, found = await _of_version(request, adaptation_id, version, lambda desk, asked: desk.areas(asked))
    return areas.to_json(found)


@router.get("/validation", summary="How well the labels predict each other", responses=_LOOKING)
async def get_validation(
    request: Request, adaptation_id: AdaptationId, version: VersionQuery = None
) -> dict[str, Any]:
    """Cross-validation: labels are left out, the learner adapts to the others, and is asked for them.

    Everything counts labels, a polygon once. Rows of `matrix` are what the labels say, columns what was predicted, in
    the order of `classes`. `suspicious_labels` are those that the others contradict, the most certain first.
    """
    found, _ = await _of_version(request, adaptation_id, version, lambda desk, asked: desk.validation(asked))
    return found.to_json()


async def _of_version(
    request: Request,
    adaptation_id: str,
    number: int | None,
    begin: Callable[[AdaptationDesk, Version], Future[T]],
) -> tuple[T, Version]:
    """What comes of asking the desk for something of a version, and the version: by its number, else the current one.

    Raises:
        NotFoundError: there is no such version, or it is somebody else's.
        LandshotError: of `begin`, and of its future.
    """
    desk, owner = serving(request).adaptations, owner_of(request)

    def begun() -> tuple[Version, Future[T]]:
        head = desk.store.get(adaptation_id, owner).head
        version = desk.store.version(adaptation_id, number or head)
        return version, begin(desk, version)

    version, future = await run_in_threadpool(begun)
    return await asyncio.wrap_future(future), version
