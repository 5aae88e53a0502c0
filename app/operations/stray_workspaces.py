"""Unfinished work of jobs that are over: a worker that was killed at the last moment could not tidy up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from app.database.tables import jobs
from app.jobs.job import UNDER_WAY
from app.operations.removal import set_aside
from app.store import ABANDONED_AFTER_S

if TYPE_CHECKING:
    from pathlib import Path

    from app.database.connection import Database

ENDED_FOR_S: Final = 60.0
"""By then its worker has noticed the end of a job, and writes no more."""


def remove_stray_workspaces(database: Database, folder: Path, now: float) -> int:
    """Set aside the folders of jobs that are over or unknown; gives their number.

    Args:
        database: of the jobs. A folder whose job it does not know may be another database's: it goes only when
            nothing in it has changed for a day.
        folder: holds one folder for each job, named by its id.
        now: seconds since 1970.

    Raises:
        DatabaseError: it does not answer.
        OSError: the folder cannot be looked at.
    """
    if not folder.is_dir():
        return 0
    removed = 0
    for path in folder.iterdir():
        if path.name.startswith(".") or path.is_symlink() or not path.is_dir():
            continue
        with database.reading() as connection:
            job = connection.execute(
                select(jobs.c.status, jobs.c.finished).where(jobs.c.id == path.name)
            ).one_or_none()
        if job is None:
            stray = _changed(path) < now - ABANDONED_AFTER_S
        else:
            stray = job.status not in UNDER_WAY and (job.finished or 0.0) < now - ENDED_FOR_S
        removed += stray and set_aside(path)
    return removed


def _changed(folder: Path) -> float:
    """When anything in the folder was last written."""
    times = [0.0]
    for path in (folder, *folder.rglob("*")):
        try:
            times.append(path.lstat().st_mtime)
        except FileNotFoundError:
            continue
    return max(times)
