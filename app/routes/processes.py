"""GET /processes, and POST /processes/adapt/execution: OGC's way to POST /adapt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.requests import Request  # noqa: TC002 - FastAPI resolves the annotations of its routes
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from app.errors import NoSuchProcessError
from app.jobs.job import Job
from app.links import GEOJSON, absolute_item
from app.processes.description import process_description, process_list
from app.processes.execution import parse_execution
from app.processes.results import OUTPUTS, reference, results_document
from app.processes.vocabulary import PROCESS_ID
from app.requests import parse_body
from app.routes.adapt import REFUSALS, IdempotencyKeyHeader, Prefer, geotiff, json_body, map_headers
from app.routes.job_answers import CREATED, created
from app.routes.refusals import refusals
from app.service import serving
from app.submission import answer_to

if TYPE_CHECKING:
    from app.map_request import MapRequest
    from app.processes.execution import ExecuteRequest
    from app.service import Made

DESCRIPTION = """
The same as `POST /adapt`: `inputs` has the members of its body. Answered at once are small regions, all others and
those with `Prefer: respond-async` with a job.

`response` is "raw" where it is left out: the GeoTIFF, or the STAC Item where `outputs` names that alone; where it
names both, 204 with a link to each. "document" is JSON with references. `subscriber` is refused: this server sends
no requests to addresses of clients.
"""

ProcessId = Annotated[
    str, Path(max_length=64, description="The process: `adapt` is the only one.", examples=[PROCESS_ID])
]

_NO_PROCESS = refusals(NoSuchProcessError)

router = APIRouter(prefix="/processes", tags=["processes"])


@router.get("", summary="The processes")
async def list_processes(
    request: Request,
    limit: Annotated[  # noqa: ARG001 - there is one
        int, Query(ge=1, le=1000, description="Most processes in one answer; there is only one.")
    ] = 100,
) -> dict[str, Any]:
    """One: to make a land-cover map."""
    return process_list(str(request.base_url))


@router.get("/{process_id}", summary="A process", responses=_NO_PROCESS)
async def get_process(request: Request, process_id: ProcessId) -> dict[str, Any]:
    """Its inputs and outputs, with the JSON schema of each."""
    _known(process_id)
    return process_description(str(request.base_url))


@router.post(
    "/{process_id}/execution",
    summary="Run a process",
    description=DESCRIPTION,
    response_class=Response,
    responses={
        200: {
            "description": "The results.",
            "content": {
                "application/json": {
                    "schema": {"type": "object", "description": "References to the outputs."}
                },
                "image/tiff": {"schema": {"type": "string", "format": "binary"}},
                GEOJSON: {"schema": {"type": "object"}},
            },
        },
        201: CREATED,
        204: {"description": "The results, as links in `Link` headers; `rel` is the output's name."},
        **refusals(NoSuchProcessError, *REFUSALS),
    },
)
async def execute(
    request: Request,
    process_id: ProcessId,
    prefer: Prefer = None,  # noqa: ARG001 - read by `answer_to`
    idempotency_key: IdempotencyKeyHeader = None,  # noqa: ARG001 - read by `answer_to`
) -> Response:
    """Parse, map and answer; everything slow happens in threads."""
    _known(process_id)
    body = await json_body(request)
    execution, inputs, (name, asked) = await run_in_threadpool(_parse, request, body)
    answer = await answer_to(request, name, asked, inputs)
    if isinstance(answer, Job):
        return await created(request, answer)
    return await run_in_threadpool(_results, request, execution, answer)


def _known(process_id: str) -> None:
    if process_id != PROCESS_ID:
        raise NoSuchProcessError(f"There is no process {process_id[:64]!r} here; there is {PROCESS_ID!r}.")


def _parse(request: Request, body: bytes) -> tuple[ExecuteRequest, bytes, tuple[str | None, MapRequest]]:
    settings = serving(request).settings
    execution, inputs = parse_execution(body)
    asked = parse_body(inputs, max_labels=settings.max_labels, max_classes=settings.max_classes)
    return execution, inputs, asked


def _results(request: Request, execution: ExecuteRequest, made: Made) -> Response:
    service, base, wanted = serving(request), str(request.base_url), execution.outputs
    headers = dict(map_headers(made))
    if execution.response == "document":
        names = tuple(OUTPUTS) if wanted is None else tuple(wanted)
        return JSONResponse(results_document(made.map_id, base, names), headers=headers)
    by_value = [name for name, output in (wanted or {}).items() if output.transmissionMode != "reference"]
    if wanted is None or (len(wanted) == 1 and by_value == ["landcover"]):
        return geotiff(service, made)
    if len(wanted) == 1 and by_value == ["item"]:
        item = absolute_item(service.store.item(made.map_id), base)
        return JSONResponse(item, media_type=GEOJSON, headers=headers)
    links = [(name, reference(name, made.map_id, base)) for name in wanted]
    headers["Link"] = ", ".join(f'<{to["href"]}>; rel="{name}"; type="{to["type"]}"' for name, to in links)
    return Response(status_code=204, headers=headers)
