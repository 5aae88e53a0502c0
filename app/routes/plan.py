"""POST /adapt/plan: what a map would be made from, and what it would cost, before any of it is paid."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter
from fastapi.requests import Request  # noqa: TC002 - FastAPI resolves the annotations of its routes
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from app.errors import UnsupportedMediaTypeError
from app.requests import parse_plan_body
from app.routes.adapt import REFUSALS, json_body
from app.routes.refusals import refusals
from app.service import serving

DESCRIPTION = """
Takes the body of `POST /adapt`, and answers with what the map would be made from: scenes found and used, the share
of the region that each date shows clear, pixels, tiles, estimated bytes and seconds. Of the imagery no more is read
than overviews of cloud masks.

There need not be any labels yet: leave `labels` out, or send a FeatureCollection without features, and the region is
planned. Of a catalogue it is `bbox` then, which has to be given. `labelled_pixels` is null, and `feasible` says what
region and imagery allow.

`feasible` says whether the map can be made; `refusals` has every reason why not, like problem documents: no imagery
(and what is nearest in time), a region beyond the limit, labels under clouds. What is wrong with the request itself
is answered as `POST /adapt` does.
"""

router = APIRouter(tags=["maps"])


@router.post(
    "/adapt/plan",
    summary="Plan a map",
    description=DESCRIPTION,
    response_class=JSONResponse,
    responses={
        200: {"description": "The plan."},
        **refusals(UnsupportedMediaTypeError, *REFUSALS),
    },
)
async def plan(request: Request) -> JSONResponse:
    """Parse, plan and answer; everything slow happens in threads."""
    service = serving(request)
    settings = service.settings
    name, asked = await run_in_threadpool(
        parse_plan_body,
        await json_body(request),
        max_labels=settings.max_labels,
        max_classes=settings.max_classes,
    )
    future = service.submit_plan(asked, service.source(name))
    planned = await asyncio.wrap_future(future)
    return JSONResponse(planned.to_json())
