"""GET /docs: the HTTP API, described and to be tried; what it is shown with comes with the map page."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse

from app.page import HOW_TO_BUILD, asset

ICON = "data:,"
"""None: FastAPI's own would be fetched from elsewhere."""

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def get_docs(request: Request) -> HTMLResponse:
    """Swagger UI, from this server alone."""
    script, style = asset("swagger-ui", ".js"), asset("swagger-ui", ".css")
    if script is None or style is None:
        return HTMLResponse(
            f"<!doctype html><title>Landshot</title><p>{HOW_TO_BUILD} "
            '<a href="openapi.json">The OpenAPI document</a> has all of the API.</p>',
            status_code=503,
        )
    return get_swagger_ui_html(
        openapi_url="openapi.json",
        title=f"{request.app.title}: the HTTP API",
        swagger_js_url=script,
        swagger_css_url=style,
        swagger_favicon_url=ICON,
    )
