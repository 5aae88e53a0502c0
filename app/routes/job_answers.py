"""Jobs as answers: 201 for a new one, and the schema of all statusInfo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from app.jobs.job import STATUSES
from app.preferences import RESPOND_ASYNC, prefers_async
from app.processes.status import status_info
from app.service import serving

if TYPE_CHECKING:
    from starlette.requests import Request

    from app.jobs.job import Job

_MOMENT = {"type": "string", "format": "date-time"}

LINK_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["href", "rel"],
    "properties": {name: {"type": "string"} for name in ("href", "rel", "type", "title")},
}

STATUS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "statusInfo of OGC API - Processes 1.0; members with a colon are Landshot's own.",
    "required": ["processID", "type", "jobID", "status", "created", "updated", "progress", "links"],
    "properties": {
        "processID": {"type": "string"},
        "type": {"type": "string", "enum": ["process"]},
        "jobID": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
        "status": {"type": "string", "enum": list(STATUSES)},
        "message": {"type": "string"},
        "created": _MOMENT,
        "started": _MOMENT,
        "finished": _MOMENT,
        "updated": _MOMENT,
        "progress": {"type": "integer", "minimum": 0, "maximum": 100, "description": "Of tiles, per cent."},
        "landshot:stage": {"type": "string", "description": "What is being done."},
        "landshot:tiles": {
            "type": "object",
            "required": ["done", "total"],
            "properties": {"done": {"type": "integer"}, "total": {"type": "integer"}},
        },
        "landshot:seconds_left": {"type": "number", "description": "An estimate, from the latest tiles."},
        "landshot:waiting_for": {"type": "string", "description": "Why it has not begun."},
        "landshot:map": {"type": "string", "description": "The map's name, once it is there."},
        "landshot:adaptation": {
            "type": "object",
            "description": "What the map is predicted by.",
            "properties": {"id": {"type": "string"}, "version": {"type": "integer"}},
        },
        "landshot:problem": {"type": "object", "description": "RFC 9457 problem details of a failure."},
        "links": {"type": "array", "items": LINK_SCHEMA},
    },
}

CREATED: dict[str, Any] = {
    "description": "A job makes the map.",
    "content": {"application/json": {"schema": STATUS_SCHEMA}},
    "headers": {
        "Location": {"description": "The job: its statusInfo.", "schema": {"type": "string"}},
        "Preference-Applied": {
            "description": "`respond-async`, where that was preferred.",
            "schema": {"type": "string"},
        },
    },
}


async def created(request: Request, job: Job) -> JSONResponse:
    """201, with the job as it is now."""
    outlook = await run_in_threadpool(serving(request).outlooks.of, job)
    headers = {"Location": f"/jobs/{job.id}"}
    if prefers_async(request.headers.getlist("prefer")):
        headers["Preference-Applied"] = RESPOND_ASYNC
    return JSONResponse(status_info(outlook, str(request.base_url)), status_code=201, headers=headers)
