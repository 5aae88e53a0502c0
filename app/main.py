"""The application: settings in, FastAPI out; nothing happens on import."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from app import __version__
from app.keys.middleware import KeysMiddleware
from app.keys.signing import Signer
from app.limits_body import BodyArrivalMiddleware
from app.live.service import LiveTiles
from app.middleware import PlainErrorMiddleware, RequestIdMiddleware
from app.openapi import document
from app.operations.middleware import WatchRequestsMiddleware
from app.operations.operations import Operations
from app.operations.tracing import telemetry
from app.problems import add_problem_handlers
from app.results.slots import Slots
from app.routes import (
    adapt,
    adaptations,
    collections,
    corrections,
    docs,
    files,
    health,
    imagery,
    imagery_tiles,
    insight,
    job_events,
    jobs,
    landing,
    maps,
    metrics,
    models,
    page,
    plan,
    problems,
    processes,
    report,
    results,
    search,
    signing,
    tiles,
    tilesets,
)
from app.service import Service

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from app.settings import Settings

DESCRIPTION = """
A bounding box and a handful of labelled pixels become a land-cover map: a meta-trained network adapts to the
region in a fraction of a second, and maps all of it.

Choose imagery of `GET /imagery`, send labels to `POST /adapt`, and use the map as a GeoTIFF, as tiles or as a
STAC Item. Every error is an RFC 9457 problem document.
"""


def create_app(settings: Settings) -> FastAPI:
    """The service, with its scenes opened and its model loaded when the application starts.

    Raises:
        LandshotError: a scene cannot be opened.
    """
    service = Service(settings)
    operations = Operations(service)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        service.start()
        operations.start()
        yield
        operations.stop()
        app.state.live.close()
        service.stop()

    app = FastAPI(
        title="Landshot",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,
        docs_url=None,  # app.routes.docs
        redoc_url=None,
        telemetry=telemetry(),
    )
    app.state.service = service
    app.state.operations = operations
    app.state.signer = Signer(settings)
    app.state.slots = Slots()
    app.state.live = LiveTiles(service)
    add_problem_handlers(app)
    # The last one added is the outermost. FastAPI's own body limit would be outside, and answer in text.
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=settings.max_body_bytes)
    app.add_middleware(BodyArrivalMiddleware, timeout_s=settings.body_timeout_s)
    app.add_middleware(KeysMiddleware, settings=settings, database=service.database, signer=app.state.signer)
    app.add_middleware(PlainErrorMiddleware)
    app.add_middleware(WatchRequestsMiddleware, metrics=service.metrics)
    app.add_middleware(RequestIdMiddleware)
    # A map's downloads before its files: those have any name.
    routed = (
        adapt,
        insight,
        plan,
        files,
        report,
        results,
        maps,
        collections,
        search,
        signing,
        imagery,
        models,
        page,
        docs,
        health,
        metrics,
        problems,
    )
    # Tiles first of all: they are asked for a hundred times as often as anything else.
    first = (tiles, tilesets, imagery_tiles, landing)
    for module in (*first, processes, jobs, job_events, adaptations, corrections, *routed):
        app.include_router(module.router)

    page.add_page_files(app)

    def openapi() -> dict[str, Any]:
        app.openapi_schema = app.openapi_schema or document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to change its schema
    return app
