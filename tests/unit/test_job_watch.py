from __future__ import annotations

import asyncio
from dataclasses import replace

import anyio
import pytest

from app.database.connection import DatabaseError
from app.errors import BusyError
from app.jobs import watching
from app.jobs.job import Job
from app.jobs.outlook import Outlook
from app.jobs.watching import JobWatch

WAITING = Outlook(
    Job(
        id="0" * 32, number=1, owner="a", status="accepted", request="", again=False, created=1.0, started=None,
        finished=None, updated=1.0, stage="", message="", map_id=None, adaptation_id=None,
        adaptation_version=None, problem=None, tile_size=None, tiles_total=None, tiles_done=0,
    )
)  # fmt: skip


def changed(outlook, *, seconds_left=None, **values):
    job = replace(outlook.job, updated=outlook.job.updated + 1, **values)
    return Outlook(job, seconds_left=seconds_left)


RUNNING = changed(WAITING, status="running", started=2.0)
DONE = changed(RUNNING, status="successful", finished=3.0)


@pytest.fixture(autouse=True)
def _quickly(monkeypatch):
    monkeypatch.setattr(watching, "LOOK_EVERY_S", 0.01)


class Looks:
    """What the database has, look by look; the last one stays."""

    def __init__(self, *found):
        self.found = list(found)
        self.count = 0

    def __call__(self, job_ids):
        self.count += 1
        found = self.found.pop(0) if len(self.found) > 1 else self.found[0]
        if found is None:
            return {}
        if isinstance(found, Exception):
            raise found
        return dict.fromkeys(job_ids, found)


async def heard(watch, first=WAITING, ending=None):
    return [outlook async for outlook in watch.changes(first, ending or anyio.Event())]


def test_changes_are_told_once_each_until_the_job_ends():
    looks = Looks(WAITING, RUNNING, replace(RUNNING, seconds_left=3.0), DatabaseError("away"), RUNNING, DONE)
    assert asyncio.run(heard(JobWatch(looks))) == [WAITING, RUNNING, DONE]


def test_all_listeners_share_one_look():
    looks = Looks(*[WAITING] * 5, RUNNING, DONE)

    async def listen():
        watch = JobWatch(looks)
        return await asyncio.gather(*(heard(watch) for _ in range(50)))

    assert asyncio.run(listen()) == [[WAITING, RUNNING, DONE]] * 50
    assert looks.count <= 9


def test_a_job_that_has_ended_or_is_forgotten_ends_its_stream():
    assert asyncio.run(heard(JobWatch(Looks(DONE)), DONE)) == [DONE]
    assert asyncio.run(heard(JobWatch(Looks(WAITING, None)))) == [WAITING]


def test_who_comes_late_with_an_old_job_is_told_the_latest():
    async def listen():
        watch = JobWatch(Looks(RUNNING))
        stream = watch.changes(WAITING, anyio.Event())
        assert [await anext(stream), await anext(stream)] == [WAITING, RUNNING]
        late = watch.changes(WAITING, anyio.Event())
        assert await anext(late) == RUNNING
        await stream.aclose()
        await late.aclose()

    asyncio.run(listen())


def test_a_server_that_ends_ends_the_streams():
    async def listen():
        ending = anyio.Event()
        asyncio.get_running_loop().call_later(0.05, ending.set)
        return await heard(JobWatch(Looks(WAITING)), ending=ending)

    assert asyncio.run(listen()) == [WAITING]


def test_so_many_listen_and_no_more(monkeypatch):
    monkeypatch.setattr(watching, "MOST_LISTENERS", 1)

    async def listen():
        watch = JobWatch(Looks(WAITING))
        watch.refuse_too_many()
        stream = watch.changes(WAITING, anyio.Event())
        await anext(stream)
        with pytest.raises(BusyError):
            watch.refuse_too_many()
        await stream.aclose()
        watch.refuse_too_many()

    asyncio.run(listen())
