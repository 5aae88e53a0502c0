"""GET /jobs and below: maps in the making, by OGC API - Processes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import JSONResponse

from app.errors import (
    InternalError,
    InvalidRequestError,
    JobCancelledError,
    NoSuchJobError,
    ResultNotReadyError,
)
from app.jobs.job import Status  # noqa: TC001 - FastAPI resolves the annotations of its routes
from app.jobs.outlook import Outlook
from app.keys.owner import owner_of
from app.problems import PROBLEM_JSON
from app.processes.results import results_document
from app.processes.status import status_info
from app.processes.vocabulary import PROCESS_ID, link
from app.results.periods import DATETIME_PATTERN, period_asked
from app.routes.adapt import REFUSALS
from app.routes.job_answers import LINK_SCHEMA, STATUS_SCHEMA
from app.routes.refusals import refusals
from app.service import serving

if TYPE_CHECKING:
    from app.jobs.job import Job

JOB_ID_PATTERN = r"^[0-9a-f]{32}$"

JobId = Annotated[
    str,
    # Not a pattern of the path: the standard has 404 for every name that is no job's.
    Path(description="A job's name: 32 hexadecimal digits.", json_schema_extra={"pattern": JOB_ID_PATTERN}),
]

_STATUS: dict[str, Any] = {
    "description": "statusInfo.",
    "content": {"application/json": {"schema": STATUS_SCHEMA}},
}
_NO_JOB = refusals(NoSuchJobError)
_LIST_SCHEMA = {
    "type": "object",
    "required": ["jobs", "links"],
    "properties": {
        "jobs": {"type": "array", "items": STATUS_SCHEMA},
        "links": {"type": "array", "items": LINK_SCHEMA},
        "numberMatched": {"type": "integer"},
        "numberReturned": {"type": "integer"},
    },
}

router = APIRouter(prefix="/jobs", tags=["jobs"])


@router.get(
    "",
    summary="Your jobs, the newest first",
    response_class=JSONResponse,
    responses={
        200: {"description": "A page.", "content": {"application/json": {"schema": _LIST_SCHEMA}}},
        **refusals(InvalidRequestError),
    },
)
def list_jobs(  # noqa: PLR0917 - called by FastAPI alone, by name
    request: Request,
    type: Annotated[  # noqa: A002 - the standard's name
        list[str] | None, Query(max_length=20, description="`process` is the only type.")
    ] = None,
    processID: Annotated[  # noqa: N803 - the standard's name
        list[str] | None, Query(max_length=20, description="`adapt` is the only process.")
    ] = None,
    status: Annotated[list[Status] | None, Query(max_length=20, description="Any of these.")] = None,
    datetime: Annotated[
        str | None,
        Query(
            max_length=100,
            description="When it was created: an instant, a day, or an interval (2026-06-01T00:00:00Z/..).",
            json_schema_extra={"pattern": DATETIME_PATTERN},
        ),
    ] = None,
    minDuration: Annotated[  # noqa: N803 - the standard's name
        float | None,
        Query(ge=0, le=1e9, description="Seconds from its start to its end, or to now; at least."),
    ] = None,
    maxDuration: Annotated[  # noqa: N803 - the standard's name
        float | None, Query(ge=0, le=1e9, description="The same, at most.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="Most jobs in one answer.")] = 100,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="Jobs to skip.")] = 0,
) -> JSONResponse:
    """Of the key that asks. The time that a job will take, and what it waits for, only the job itself tells."""
    period = None if datetime is None else period_asked(datetime)
    found: list[Job] = []
    total = 0
    if "process" in (type or ["process"]) and PROCESS_ID in (processID or [PROCESS_ID]):
        found, total = serving(request).jobs.find(
            owner_of(request),
            statuses=status or (),
            # What was written to the microsecond may lie a little beside the time itself.
            since=period.first.timestamp() - 1e-6 if period and period.first else None,
            until=period.last.timestamp() + 1e-6 if period and period.last else None,
            min_duration=minDuration,
            max_duration=maxDuration,
            limit=limit,
            offset=offset,
        )
    base = str(request.base_url)
    return JSONResponse(
        {
            "jobs": [status_info(Outlook(job), base) for job in found],
            "links": _page_links(request, limit, offset, total),
            "numberMatched": total,
            "numberReturned": len(found),
        }
    )


@router.get(
    "/{job_id}", summary="How far a job is", response_class=JSONResponse, responses={200: _STATUS, **_NO_JOB}
)
def get_job(request: Request, job_id: JobId) -> JSONResponse:
    """Its state, progress by finished tiles, what it waits for, and why it failed."""
    outlook = serving(request).outlooks.of(job_of(request, job_id))
    return JSONResponse(status_info(outlook, str(request.base_url)), headers={"Cache-Control": "no-store"})


@router.get(
    "/{job_id}/results",
    summary="What came of a job",
    response_class=JSONResponse,
    responses={
        200: {
            "description": "References to the map and to its Item.",
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
        # Of a job that failed, too: the problem, with its status.
        **refusals(NoSuchJobError, ResultNotReadyError, JobCancelledError, *REFUSALS),
    },
)
def get_results(request: Request, job_id: JobId) -> JSONResponse:
    """404 until the job has ended; of a failed one, its problem."""
    job = job_of(request, job_id)
    if job.status == "failed":
        problem = dict(job.problem or {})
        return JSONResponse(problem, status_code=int(problem.get("status", 500)), media_type=PROBLEM_JSON)
    if job.status == "dismissed":
        raise JobCancelledError(f"The job {job.id} was cancelled, so there are no results.")
    if not job.is_over:
        raise ResultNotReadyError(
            f"The job {job.id} has not ended: {job.progress} % is done. GET /jobs/{job.id} says how far it is."
        )
    if job.map_id is None:
        raise InternalError(f"job {job.id} ended without a map")
    return JSONResponse(results_document(job.map_id, str(request.base_url), adaptation_id=job.adaptation_id))


@router.delete(
    "/{job_id}",
    summary="Cancel a job, or forget one that has ended",
    response_class=JSONResponse,
    responses={200: _STATUS, **_NO_JOB},
)
def dismiss_job(request: Request, job_id: JobId) -> JSONResponse:
    """Whoever makes it stops within two seconds. A map that is there stays, and has an address of its own."""
    store, owner = serving(request).jobs, owner_of(request)
    job = job_of(request, job_id)
    was_over = job.is_over
    if not was_over:
        job = store.dismiss(job_id, owner)
        was_over = job.status != "dismissed"  # it ended in this moment
    if was_over:
        store.remove(job_id, owner)
    return JSONResponse(status_info(Outlook(replace(job, status="dismissed")), str(request.base_url)))


def job_of(request: Request, job_id: str) -> Job:
    """A job of who asks.

    Raises:
        NoSuchJobError: there is none, or it is somebody else's: nobody can tell which.
    """
    if not re.fullmatch(JOB_ID_PATTERN, job_id):
        raise NoSuchJobError(f"There is no job {job_id[:64]!r} here; GET /jobs lists those that there are.")
    return serving(request).jobs.get(job_id, owner_of(request))


def _page_links(request: Request, limit: int, offset: int, total: int) -> list[dict[str, str]]:
    def page(at: int) -> str:
        return str(request.url.include_query_params(limit=limit, offset=at))

    links = [link(str(request.url), "self", title="This page")]
    if offset + limit < total:
        links.append(link(page(offset + limit), "next", title="Older jobs"))
    if offset:
        links.append(link(page(max(0, offset - limit)), "prev", title="Newer jobs"))
    return links
