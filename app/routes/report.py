"""GET /maps/{map_id}/report.html: a finished map as one page to read, print and keep."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, TypeVar

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.errors import BusyError
from app.keys.owner import owner_of
from app.report.labels import LabelFacts
from app.report.pictures import draw_imagery
from app.report.report import POLICY, MapFacts, Missing, Report
from app.results.access import readable_item, readable_map
from app.routes.maps import NO_MAP, MapId
from app.routes.refusals import refusals
from app.service import serving
from geodata.errors import LandshotError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from app.adaptations.desk import AdaptationDesk
    from app.adaptations.version import Version
    from app.report.pictures import Drawing

HTML: Final = "text/html; charset=utf-8"

WAITS_S: Final = 30.0
"""For imagery and for cross-validation; the report does without what is not there by then."""

T = TypeVar("T")

router = APIRouter(prefix="/maps/{map_id}", tags=["results"])


@router.head("/report.html", include_in_schema=False)
@router.get(
    "/report.html",
    summary="A map as one page to print",
    response_class=Response,
    responses={
        200: {"content": {"text/html": {}}, "description": "One HTML file that needs nothing else."},
        **NO_MAP,
        **refusals(BusyError),
    },
)
async def get_report(
    request: Request,
    map_id: MapId,
    *,
    download: Annotated[bool, Query(description="Suggest to browsers to keep it as a file.")] = False,
) -> Response:
    """Map, imagery, legend with areas, confidence, labels and their cross-validation, scenes, and how to make it again.

    Imagery, labels and cross-validation are those of an adaptation of yours that makes the map; the report does
    without them where there is none, or its imagery has changed.
    """
    headers = {
        # What it says of imagery and labels comes and goes with the adaptation.
        "Cache-Control": "no-cache",
        "Content-Security-Policy": POLICY,
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": f'{"attachment" if download else "inline"}; filename="{map_id}_report.html"',
    }
    if request.method == "HEAD":
        await run_in_threadpool(readable_map, request, map_id)
        response = Response(headers=headers, media_type=HTML)
        del response.headers["content-length"]  # known only when it is made
        return response
    facts, labels = await request.app.state.slots.run(lambda: _facts(request, map_id))
    imagery: Drawing | Missing = Missing("no adaptation here makes this map")
    validation: dict[str, Any] | Missing = Missing("")
    if labels is not None:
        desk = serving(request).adaptations
        imagery, validation = await asyncio.gather(
            _else_why(_imagery(desk, labels.version)), _else_why(_validation(desk, labels.version))
        )
    report = Report(facts, str(request.base_url), labels, imagery, validation)
    content = await run_in_threadpool(report.html)
    return Response(content, headers=headers, media_type=HTML)


def _facts(request: Request, map_id: str) -> tuple[MapFacts, LabelFacts | None]:
    """What the files say, and what an adaptation of the client's knows of its labels.

    Raises:
        NotFoundError: there is no such map, or it is not the client's to see.
    """
    facts = MapFacts.of(readable_item(request, map_id), readable_map(request, map_id))
    store = serving(request).adaptations.store
    version = store.of_map(owner_of(request), map_id)
    return facts, None if version is None else LabelFacts(version, store.body(version))


async def _imagery(desk: AdaptationDesk, version: Version) -> Drawing:
    # Not in the threads of requests: what is given up below goes on in its own.
    draw = partial(copy_context().run, lambda: draw_imagery(version, desk.imagery_of(version)))
    return await asyncio.get_running_loop().run_in_executor(None, draw)


async def _validation(desk: AdaptationDesk, version: Version) -> dict[str, Any]:
    begun = await run_in_threadpool(desk.validation, version)
    return (await asyncio.wrap_future(begun)).to_json()


async def _else_why(found: Awaitable[T]) -> T | Missing:
    """What is found, or why it is not."""
    task = asyncio.ensure_future(found)
    task.add_done_callback(
        lambda ended: ended.cancelled() or ended.exception()
    )  # looked at, also when given up
    try:
        return await asyncio.wait_for(asyncio.shield(task), WAITS_S)
    except TimeoutError:
        return Missing("it takes too long at the moment")
    except NotFoundError:
        return Missing("its imagery is not on offer here any more")
    except LandshotError as error:
        return Missing(error.title[:1].lower() + error.title[1:])
