"""What becomes of a job's unfinished work."""

from __future__ import annotations

import pytest

from app.database.connection import Database
from app.errors import HandBackError, JobCancelledError
from app.jobs.leases import Leases
from app.jobs.progress import JobProgress
from app.jobs.runner import JobRunner, workspace_of
from app.jobs.store import JobStore
from app.settings import Settings
from geodata.errors import LabelsError


@pytest.fixture
def database(tmp_path):
    opened = Database.open(None, tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def run(database, tmp_path, monkeypatch):
    """`run(work)`: has a worker claim a new job and do `work(jobs, leases, job_id)`; the job, and its folder."""

    def go(work):
        jobs, leases = JobStore(database), Leases(database, "first", lambda _owner: 9)
        job_id = jobs.submit("a", "{}", again=False, most_under_way=9).id
        folder = workspace_of(tmp_path, job_id)
        folder.mkdir(parents=True)
        monkeypatch.setattr(JobRunner, "_make", lambda *_: work(jobs, leases, job_id))
        runner = JobRunner(
            settings=Settings(data_dir=tmp_path), sources={}, maps=None, leases=leases, model=None,
            stopping=lambda: False, find_adaptation=None, keep_adaptation=None, claim_map=lambda *_: None,
        )  # fmt: skip
        runner.run(leases.claim(), JobProgress(lambda *_: None))
        return jobs.get(job_id), folder

    return go


def raising(error):
    def work(*_):
        raise error

    return work


def goes_to_another(database):
    def work(_jobs, leases, job_id):
        leases.leave()
        assert Leases(database, "second", lambda _owner: 9).claim().id == job_id

    return work


def test_what_another_worker_goes_on_with_is_left_alone(run, database):
    def lost(*given):
        goes_to_another(database)(*given)
        raise JobCancelledError("lost")

    job, folder = run(lost)
    assert job.status == "running"
    assert folder.is_dir()


def test_a_map_that_is_finished_too_late_leaves_the_job_to_its_worker(run, database):
    def late(*given):
        goes_to_another(database)(*given)
        return "0" * 32

    job, folder = run(late)
    assert job.status == "running"
    assert folder.is_dir()


def test_work_that_is_handed_back_stays(run):
    job, folder = run(raising(HandBackError("ends")))
    assert job.status == "accepted"
    assert folder.is_dir()


def test_nothing_is_left_of_a_cancelled_job(run):
    def cancelled(jobs, _leases, job_id):
        jobs.dismiss(job_id, "a")
        raise JobCancelledError("cancelled")

    job, folder = run(cancelled)
    assert job.status == "dismissed"
    assert not folder.exists()


@pytest.mark.parametrize(
    ("error", "code"), [(LabelsError("no"), "invalid-labels"), (ZeroDivisionError("no"), "internal-error")]
)
def test_nothing_is_left_of_a_failed_job_but_why(run, error, code):
    job, folder = run(raising(error))
    assert (job.status, job.problem["type"]) == ("failed", f"/problems/{code}")
    assert not folder.exists()


def test_nothing_is_left_of_a_finished_job(run):
    job, folder = run(lambda *_: "0" * 32)
    assert (job.status, job.map_id) == ("successful", "0" * 32)
    assert not folder.exists()
