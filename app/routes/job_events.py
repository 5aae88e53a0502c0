"""GET /jobs/{job_id}/events: the changes of a job, as they happen (server-sent events)."""

from __future__ import annotations

import json
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated

from anyio import Event
from fastapi import APIRouter, Header, Request
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.errors import BusyError, NoSuchJobError
from app.processes.status import status_info, timestamp
from app.processes.vocabulary import EVENT_STREAM
from app.routes.job_answers import STATUS_SCHEMA
from app.routes.jobs import JobId, job_of
from app.routes.refusals import refusals
from app.service import serving

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

HEARTBEAT_S = 15
ENDING_S = 2
"""For a stream to end properly when the server does."""

DESCRIPTION = """
A stream of events `status`: the job's statusInfo at once, and again at each change, until the job has ended. The
`id` of an event is the time of the change; a client that comes back with `Last-Event-ID` is not told the same again,
and 204 where there is nothing more to come, which ends the reconnecting of an `EventSource`.

    curl -N http://127.0.0.1:8000/jobs/JOB_ID/events
"""

_EVENT = {
    "type": "object",
    "description": "Each event.",
    "required": ["event", "id", "data"],
    "properties": {
        "event": {"const": "status"},
        "id": {"type": "string"},
        "data": {"type": "string", "contentMediaType": "application/json", "contentSchema": STATUS_SCHEMA},
    },
}

router = APIRouter(tags=["jobs"])


@router.get(
    "/jobs/{job_id}/events",
    summary="A job's changes as they happen",
    description=DESCRIPTION,
    response_class=Response,
    responses={
        200: {
            "description": "Events `status`, each with a statusInfo.",
            "content": {EVENT_STREAM: {"schema": _EVENT}},
        },
        204: {"description": "The job has ended, and the client knows."},
        **refusals(NoSuchJobError, BusyError),
    },
)
async def get_events(
    request: Request,
    job_id: JobId,
    last_event_id: Annotated[str, Header(description="The last event that the client has.")] = "",
) -> Response:
    """One look at the database serves all who listen."""
    service = serving(request)
    job = await run_in_threadpool(job_of, request, job_id)
    if job.is_over and timestamp(job.updated) == last_event_id:
        return Response(status_code=204)
    service.watch.refuse_too_many()
    first = await run_in_threadpool(service.outlooks.of, job)
    ending, base_url = Event(), str(request.base_url)

    async def events() -> AsyncIterator[ServerSentEvent]:
        async with aclosing(service.watch.changes(first, ending)) as changes:
            async for outlook in changes:
                info = status_info(outlook, base_url)
                if info["updated"] != last_event_id or outlook is not first:
                    yield ServerSentEvent(json.dumps(info), event="status", id=info["updated"])

    return EventSourceResponse(
        events(), ping=HEARTBEAT_S, sep="\n", shutdown_event=ending, shutdown_grace_period=ENDING_S
    )
