"""Jobs between their workers, on SQLite and on PostgreSQL."""

from __future__ import annotations

import threading

import pytest

from app.database.connection import Database
from app.errors import QueueFullError
from app.jobs import leases as leases_module
from app.jobs.leases import MOST_FRUITLESS, Leases
from app.jobs.store import JobStore
from geodata.errors import NotFoundError

MAP = "0" * 32


@pytest.fixture
def database(database_url, tmp_path):
    opened = Database.open(database_url, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def jobs(database):
    return JobStore(database)


@pytest.fixture
def worker(database):
    """`worker("a")`: what a worker of that name sees; `running` is how many jobs of an owner may run."""
    return lambda name, running=99: Leases(database, name, lambda _owner: running)


def submitted(jobs, *owners):
    return [jobs.submit(owner, "{}", again=False, most_under_way=1000).id for owner in owners]


def claimed(leases, count):
    return [leases.claim() for _ in range(count)]


def test_a_job_is_claimed_once(jobs, worker):
    first, second = submitted(jobs, "a", "a")
    assert [worker("w1").claim().id, worker("w2").claim().id] == [first, second]
    assert worker("w3").claim() is None
    assert not worker("w3").is_anything_waiting()


def test_owners_take_turns_and_each_owners_jobs_keep_their_order(jobs, worker):
    many = submitted(jobs, *"aaaa")
    few = submitted(jobs, *"bbc")
    assert [job.id for job in claimed(worker("w"), 7)] == [
        many[0], few[0], few[2], many[1], few[1], many[2], many[3],
    ]  # fmt: skip


def test_an_owner_has_only_so_many_jobs_running(jobs, worker):
    submitted(jobs, *"aab")
    leases = worker("w", running=1)
    assert [job.owner for job in claimed(leases, 2)] == ["a", "b"]
    assert leases.claim() is None
    assert leases.is_anything_waiting()


def test_an_owner_has_only_so_many_jobs_under_way(jobs):
    submitted(jobs, "a", "a")
    with pytest.raises(QueueFullError, match="2 jobs of yours wait or run, and 2 may"):
        jobs.submit("a", "{}", again=False, most_under_way=2)
    jobs.submit("b", "{}", again=False, most_under_way=2)


def test_what_a_worker_had_when_it_ended_goes_to_another_with_its_tiles(jobs, worker):
    (job,) = submitted(jobs, "a")
    first, second = worker("w1"), worker("w2")
    first.claim()
    assert first.begin_tiles(job, MAP, 64, 9, resumed=False) == frozenset()
    assert first.finish_tile(job, 0)
    assert first.finish_tile(job, 3)
    assert second.claim() is None
    first.leave()
    assert second.claim().tiles_done == 2
    assert second.begin_tiles(job, MAP, 64, 9, resumed=True) == {0, 3}
    assert not first.finish_tile(job, 4), "it is no longer the first worker's"
    assert not first.succeed(job, MAP)
    assert jobs.get(job).tiles_done == 2


def test_a_worker_that_is_not_heard_of_loses_its_job(jobs, worker, monkeypatch):
    (job,) = submitted(jobs, "a")
    monkeypatch.setattr(leases_module, "LEASE_S", -1.0)
    worker("w1").claim()
    assert worker("w2").claim().id == job
    assert not worker("w1").extend(job)
    assert worker("w2").extend(job)


@pytest.mark.parametrize(
    ("map_id", "tile_size", "resumed"), [("1" * 32, 64, True), (MAP, 32, True), (MAP, 64, False)]
)
def test_tiles_of_another_map_are_forgotten(jobs, worker, map_id, tile_size, resumed):
    (job,) = submitted(jobs, "a")
    leases = worker("w")
    leases.claim()
    leases.begin_tiles(job, MAP, 64, 9, resumed=False)
    leases.finish_tile(job, 0)
    assert leases.begin_tiles(job, map_id, tile_size, 9, resumed=resumed) == frozenset()
    assert jobs.get(job).tiles_done == 0


def test_a_cancelled_job_is_taken_from_its_worker(jobs, worker):
    (job,) = submitted(jobs, "a")
    leases = worker("w")
    leases.claim()
    leases.begin_tiles(job, MAP, 64, 9, resumed=False)
    assert jobs.dismiss(job, "a").status == "dismissed"
    assert not leases.extend(job)
    assert not leases.finish_tile(job, 0)
    assert not leases.succeed(job, MAP)
    assert jobs.get(job).status == "dismissed"
    assert leases.claim() is None


def test_a_job_that_ends_its_workers_fails_in_the_end(jobs, worker):
    (job,) = submitted(jobs, "a")
    for number in range(MOST_FRUITLESS):
        leases = worker(f"w{number}")
        assert leases.claim().id == job
        leases.leave()
    assert worker("another").claim() is None
    found = jobs.get(job)
    assert found.status == "failed"
    assert found.problem["type"] == "/problems/job-crashed"
    assert found.problem["instance"] == f"/jobs/{job}"


def test_a_finished_tile_makes_up_for_all_workers_that_ended(jobs, worker):
    (job,) = submitted(jobs, "a")
    for number in range(3 * MOST_FRUITLESS):
        leases = worker(f"w{number}")
        assert leases.claim().id == job
        leases.begin_tiles(job, MAP, 64, 999, resumed=True)
        assert leases.finish_tile(job, number)
        leases.leave()


def test_a_job_handed_back_waits_again(jobs, worker):
    (job,) = submitted(jobs, "a")
    worker("w1").claim()
    worker("w1").hand_back(job)
    assert jobs.get(job).status == "accepted"
    assert worker("w2").claim().id == job


def test_many_workers_at_once_claim_each_job_once(jobs, worker):
    expected = submitted(jobs, *"abcd" * 10)
    found = []

    def work(name):
        leases = worker(name)
        while (job := leases.claim()) is not None:
            found.append(job.id)
            assert leases.succeed(job.id, MAP)

    threads = [threading.Thread(target=work, args=(f"w{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == sorted(expected)
    assert jobs.counts() == {"successful": 40}


def test_lists_are_the_owners_newest_first(jobs, worker):
    mine = submitted(jobs, *"aaa")
    submitted(jobs, "b")
    worker("w").claim()
    found, total = jobs.find("a", limit=2)
    assert ([job.id for job in found], total) == ([mine[2], mine[1]], 3)
    assert [job.id for job in jobs.find("a", statuses=["running"])[0]] == [mine[0]]
    assert [job.id for job in jobs.find("a", offset=2)[0]] == [mine[0]]


def test_a_job_of_somebody_else_is_not_there(jobs):
    (job,) = submitted(jobs, "a")
    for look in (lambda: jobs.get(job, "b"), lambda: jobs.dismiss(job, "b"), lambda: jobs.remove(job, "b")):
        with pytest.raises(NotFoundError, match=job):
            look()
    with pytest.raises(NotFoundError):
        jobs.remove(job, "a")  # it has not ended
    jobs.dismiss(job, "a")
    jobs.remove(job, "a")
    with pytest.raises(NotFoundError):
        jobs.get(job)
