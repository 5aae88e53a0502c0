"""The application: settings in, FastAPI out; nothing happens on import."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.responses import RedirectResponse

from app import __version__
from app.middleware import PlainErrorMiddleware, RequestIdMiddleware
from app.openapi import document
from app.problems import add_problem_handlers
from app.routes import adapt, health, imagery, maps, models, plan, problems
from app.routes.tiles import tiles_router
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

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        service.stop()

    app = FastAPI(
        title="Landshot",
        version=__version__,
        description=DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,
        redoc_url=None,
    )
    app.state.service = service
    add_problem_handlers(app)
    # The last one added is the outermost. FastAPI's own body limit would be outside, and answer in text.
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=settings.max_body_bytes)
    app.add_middleware(PlainErrorMiddleware)
    app.add_middleware(RequestIdMiddleware)
    for module in (adapt, plan, maps, imagery, models, health, problems):
        app.include_router(module.router)
    app.include_router(tiles_router())

    @app.get("/", include_in_schema=False)
    async def root() -> RedirectResponse:
        return RedirectResponse("/docs")

    def openapi() -> dict[str, Any]:
        app.openapi_schema = app.openapi_schema or document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's documented way to change its schema
    return app
