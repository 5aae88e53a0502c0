"""GET / and /conformance: where a client of OGC or STAC begins; a browser gets the map page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from app.negotiation import Accept, best_of
from app.page import content_security_policy, is_built, page
from app.processes.landing import conformance, landing_page
from app.service import serving

HTML = "text/html"

router = APIRouter(tags=["capabilities"])


@router.get(
    "/",
    summary="The landing page",
    response_class=JSONResponse,
    responses={
        200: {
            "description": "Links; for browsers (`Accept: text/html`) the map page.",
            "content": {HTML: {}},
        },
        503: {"description": "The map page has not been built.", "content": {HTML: {}}},
    },
)
async def get_landing_page(request: Request, accept: Accept = "*/*") -> Response:
    """Links to all that the server has; a STAC Catalog too, so STAC clients open it."""
    vary = {"Vary": "Accept"}
    if best_of(accept, ("application/json", HTML)) == HTML:
        headers = vary | {
            "Content-Security-Policy": content_security_policy(serving(request).settings),
            "Cache-Control": "no-cache",
            "Referrer-Policy": "same-origin",
        }
        return HTMLResponse(page(), status_code=200 if is_built() else 503, headers=headers)
    app = request.app
    links = landing_page(str(request.base_url), title=app.title, description=app.description.strip())
    return JSONResponse(links, headers=vary)


@router.get("/conformance", summary="The standards that the server keeps to")
async def get_conformance() -> dict[str, list[str]]:
    """Conformance classes, by their URIs."""
    return conformance()
