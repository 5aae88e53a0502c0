from __future__ import annotations

import pytest

from app.database.connection import Database
from app.jobs.leases import Leases
from app.jobs.outlook import Outlooks, seconds_left
from app.jobs.store import JobStore
from app.preferences import prefers_async


@pytest.mark.parametrize(
    ("times", "tiles", "now", "left"),
    [
        ([], 10, 5.0, None),
        ([4.0, 2.0], 10, 4.0, None),
        ([6.0, 4.0, 2.0], 10, 6.0, 20.0),
        ([6.0, 4.0, 2.0], 10, 7.0, 19.0),  # one second of the next tile is over
        ([6.0, 4.0, 2.0], 1, 8.0, 0.0),
        ([6.0, 4.0, 2.0], 1, 16.0, 3.0),  # it takes longer than the others did
        ([6.0, 4.0, 2.0], 0, 6.5, 0.0),
    ],
)
def test_the_time_left_follows_the_latest_tiles(times, tiles, now, left):
    assert seconds_left(times, tiles, now) == left


@pytest.fixture
def database(database_url, tmp_path):
    opened = Database.open(database_url, tmp_path)
    yield opened
    opened.close()


def test_a_job_says_what_it_waits_for(database):
    jobs, outlooks = JobStore(database), Outlooks(database, lambda _owner: 1)
    first, second, third = (jobs.submit("a", "{}", again=False, most_under_way=9) for _ in range(3))

    def waits(job):
        return outlooks.of(jobs.get(job.id)).waiting_for

    assert waits(first) == "a worker to start"
    worker = Leases(database, "w", lambda _owner: 1)
    worker.report("cpu", "idle")
    assert waits(first) == "a worker to be free"
    assert waits(third) == "2 of your jobs that came before"
    worker.report("cpu", "paused", "no room")
    assert waits(third) == "the workers are paused: no room"
    worker.report("cpu", "busy")
    worker.claim()
    assert waits(first) is None
    assert waits(second) == "one of your 1 running jobs to end: as many may run at a time"


def test_the_time_left_of_a_running_job_is_known_from_its_tiles(database):
    jobs, outlooks = JobStore(database), Outlooks(database, lambda _owner: 1)
    job = jobs.submit("a", "{}", again=False, most_under_way=9)
    worker = Leases(database, "w", lambda _owner: 1)
    worker.claim()
    worker.begin_tiles(job.id, "0" * 32, 16, 8, resumed=False)
    found = []
    for tile in range(8):
        worker.finish_tile(job.id, tile)
        (outlook,) = outlooks.of_ids([job.id, "1" * 32]).values()
        found.append(outlook.seconds_left)
    assert found[:2] == [None, None]
    assert all(left >= 0 for left in found[2:])
    assert outlook.job.progress == 99


@pytest.mark.parametrize(
    ("headers", "preferred"),
    [
        ([], False),
        (["respond-async"], True),
        (["wait=10, RESPOND-ASYNC"], True),
        (["return=minimal", "respond-async; x=y"], True),
        (["respond-asynchronously", 'handling="respond-async'], False),
    ],
)
def test_a_preference_for_a_job_is_found_among_others(headers, preferred):
    assert prefers_async(headers) is preferred
