"""GET /page/settings and /demo: what the map page has to know; its files are beside them, below /page."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import JSONResponse
from starlette.staticfiles import StaticFiles

from app import __version__
from app.bundled import LABELS, NAME, bundled_scene, is_name_taken, offer_bundled
from app.keys.exposure import keys_required
from app.page import ASSETS, BUILT
from app.requests import read_json
from app.routes.refusals import refusals
from app.service import serving
from geodata.errors import NotFoundError, OutputError
from geodata.labels import parse_geojson
from geodata.legend import Legend

if TYPE_CHECKING:
    from os import PathLike

    from fastapi import FastAPI
    from starlette.responses import Response

    from app.service import Service

FOREVER: Final = "public, max-age=31536000, immutable"

_making = threading.Lock()

router = APIRouter(tags=["page"])


@router.get("/page/settings", summary="What the map page has to know of this server")
async def get_page_settings(request: Request) -> dict[str, Any]:
    """Limits, the backdrop that the operator chose, and whether the page has to ask for a key."""
    settings = serving(request).settings
    backdrop = settings.backdrop and {
        "kind": settings.backdrop,
        "url": settings.backdrop_url,
        "layer": settings.backdrop_layer,
        "attribution": settings.backdrop_attribution,
    }
    return {
        "version": __version__,
        "keys_required": keys_required(settings),
        "demo": settings.demo and not is_name_taken(settings),
        "backdrop": backdrop,
        "limits": {
            "max_labels": settings.max_labels,
            "max_classes": settings.max_classes,
            "max_pixels": settings.max_pixels,
            "answer_at_once_pixels": settings.answer_at_once_pixels,
        },
    }


@router.get(
    "/demo",
    summary="The region that comes with Landshot, and labels for it",
    responses={
        200: {"description": "Its name among the imagery, labels, and their classes."},
        **refusals(NotFoundError, OutputError),
    },
)
async def get_demo(request: Request) -> JSONResponse:
    """Simulated when it is first asked for, which takes some seconds; on offer as imagery from then on."""
    document = await run_in_threadpool(_demo, serving(request))
    return JSONResponse(document)


def _demo(service: Service) -> dict[str, Any]:
    settings = service.settings
    if not settings.demo:
        raise NotFoundError(
            "The operator has turned the demonstration off (LANDSHOT_DEMO); use GET /imagery."
        )
    if is_name_taken(settings):
        raise NotFoundError(
            f"Imagery of the operator's is called {NAME!r} here, so there is no demonstration."
        )
    with _making:
        folder = bundled_scene(settings.data_dir)
        offer_bundled(service.sources, settings)
    document = read_json((folder / LABELS).read_bytes())
    legend = Legend.from_names(parse_geojson(document).class_names)
    return {"imagery": NAME, "labels": document, "legend": legend.to_json()}


class PageFiles(StaticFiles):
    """Scripts and styles, whose names carry a hash of what is in them: they may be kept for ever."""

    def file_response(self, full_path: str | PathLike[str], *args: Any, **kwargs: Any) -> Response:  # noqa: ANN401 - as Starlette has it
        """One file."""
        response = super().file_response(full_path, *args, **kwargs)
        response.headers["Cache-Control"] = FOREVER
        return response


def add_page_files(app: FastAPI) -> None:
    """Serve what the page loads; where it is not built, none of it is there."""
    files = PageFiles(directory=BUILT / ASSETS, check_dir=False)
    app.mount(f"/{ASSETS}", GZipMiddleware(files, minimum_size=1000), name="page")
