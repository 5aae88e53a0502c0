"""GET /models: the initialization that maps are adapted from."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool

from app.errors import InvalidRequestError, NotReadyError
from app.links import GeoJsonResponse
from app.results.model_item import model_item
from app.routes.refusals import refusals
from app.service import serving
from geodata.errors import ModelError, NotFoundError

_NO_MODEL = refusals(NotReadyError, ModelError)

router = APIRouter(tags=["models"])

Sha256 = Annotated[
    str, Path(pattern=r"^[0-9a-f]{64}$", description="Of the weights; a map's Item names its model by it.")
]


@router.get("/models", summary="The meta-trained initializations", responses=_NO_MODEL)
async def list_models(request: Request) -> dict[str, list[dict[str, Any]]]:
    """The manifest of each: how it was trained, on what, and how well it does."""
    model = await run_in_threadpool(serving(request).model)
    return {"models": [{**model.manifest, "default": True}]}


@router.get(
    "/models/{sha256}",
    summary="An initialization as a STAC Item",
    response_class=GeoJsonResponse,
    responses={**_NO_MODEL, **refusals(NotFoundError, InvalidRequestError)},
)
async def get_model(request: Request, sha256: Sha256) -> GeoJsonResponse:
    """Of the Machine Learning Model extension; the Items of maps lead here."""
    model = await run_in_threadpool(serving(request).model)
    if model.sha256 != sha256:
        raise NotFoundError(
            f"There is no model {sha256} here any more; GET /models has those that there are."
        )
    return GeoJsonResponse(model_item(model.manifest, str(request.base_url)))
