"""statusInfo: a job as OGC API - Processes 1.0 describes it, and a little more under names of our own."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from app.links import GEOJSON
from app.processes.vocabulary import EVENT_STREAM, EXCEPTIONS, JOB_LIST, PROCESS_ID, RESULTS, link

if TYPE_CHECKING:
    from app.jobs.job import Job
    from app.jobs.outlook import Outlook

_MESSAGES = {
    "accepted": "waiting",
    "running": "being made",
    "successful": "the map is there",
    "failed": "no map could be made",
    "dismissed": "cancelled",
}


def status_info(outlook: Outlook, base_url: str) -> dict[str, Any]:
    """The document.

    Args:
        outlook: of the job; may know no more than the job itself.
        base_url: of the server, ending in a slash.
    """
    job = outlook.job
    times = {"created": job.created, "started": job.started, "finished": job.finished, "updated": job.updated}
    more = {
        "landshot:stage": job.stage or None,
        "landshot:tiles": {"done": job.tiles_done, "total": job.tiles_total} if job.tiles_total else None,
        "landshot:seconds_left": None if outlook.seconds_left is None else round(outlook.seconds_left, 1),
        "landshot:waiting_for": outlook.waiting_for,
        "landshot:map": job.map_id if job.status == "successful" else None,
        "landshot:adaptation": _adaptation(job),
        "landshot:problem": job.problem,
    }
    return {
        "processID": PROCESS_ID,
        "type": "process",
        "jobID": job.id,
        "status": job.status,
        "message": _message(outlook),
        **{name: timestamp(seconds) for name, seconds in times.items() if seconds is not None},
        "progress": job.progress,
        **{name: value for name, value in more.items() if value is not None},
        "links": _links(job, base_url),
    }


def timestamp(seconds: float) -> str:
    """Seconds since 1970 as RFC 3339 has them, in UTC, to the microsecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _message(outlook: Outlook) -> str:
    job = outlook.job
    if outlook.waiting_for:
        return f"waiting for {outlook.waiting_for}"
    if job.status == "running" and job.stage:
        return f"{job.stage}: {job.message}" if job.message else job.stage
    if job.status == "failed" and job.message:
        return job.message
    return _MESSAGES[job.status]


def _adaptation(job: Job) -> dict[str, Any] | None:
    if job.adaptation_id is None:
        return None
    return {"id": job.adaptation_id, "version": job.adaptation_version}


def _links(job: Job, base_url: str) -> list[dict[str, str]]:
    here = f"{base_url}jobs/{job.id}"
    links = [
        link(here, "self", title="This job"),
        link(f"{base_url}jobs", "up", title="All jobs"),
        link(f"{base_url}jobs", JOB_LIST, title="All jobs"),
    ]
    if not job.is_over:
        links.append(link(f"{here}/events", "monitor", EVENT_STREAM, "Its changes as they happen"))
    if job.status == "successful":
        links.append(link(f"{here}/results", RESULTS, title="Its results"))
        if job.map_id:
            links.append(link(f"{base_url}maps/{job.map_id}", "item", GEOJSON, "The map"))
    if job.status == "failed":
        links.append(link(f"{here}/results", EXCEPTIONS, "application/problem+json", "Why it failed"))
    if job.adaptation_id:
        adaptation = f"{base_url}adaptations/{job.adaptation_id}"
        links.append(link(adaptation, "related", title="The adaptation that the map is predicted by"))
    return links
