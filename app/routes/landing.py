"""GET / and /conformance: where a client of OGC or STAC begins; a browser is sent to the documentation."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from app.negotiation import Accept, best_of
from app.processes.landing import conformance, landing_page

HTML = "text/html"

router = APIRouter(tags=["capabilities"])


@router.get(
    "/",
    summary="The landing page",
    response_class=JSONResponse,
    responses={307: {"description": "To the documentation, for browsers (`Accept: text/html`)."}},
)
async def get_landing_page(request: Request, accept: Accept = "*/*") -> Response:
    """Links to all that the server has; a STAC Catalog too, so STAC clients open it."""
    vary = {"Vary": "Accept"}
    if best_of(accept, ("application/json", HTML)) == HTML:
        return RedirectResponse("/docs", headers=vary)
    app = request.app
    page = landing_page(str(request.base_url), title=app.title, description=app.description.strip())
    return JSONResponse(page, headers=vary)


@router.get("/conformance", summary="The standards that the server keeps to")
async def get_conformance() -> dict[str, list[str]]:
    """Conformance classes, by their URIs."""
    return conformance()
