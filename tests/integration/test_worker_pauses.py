"""A disk that is full: jobs wait with a reason, and go on once there is room."""

from __future__ import annotations

import json
import threading
import time

import pytest
from sqlalchemy import select

from app.database.connection import Database
from app.database.tables import job_tiles, workers
from app.jobs import worker as worker_module
from app.jobs.store import JobStore
from app.jobs.worker import Worker
from app.settings import Settings

REASON = "the disk is full"


@pytest.fixture
def disk(monkeypatch):
    """`disk["reason"]`: what the worker is told of the disk."""
    told = {"reason": REASON}
    monkeypatch.setattr(worker_module, "shortage", lambda *_: told["reason"])
    monkeypatch.setattr(worker_module, "PAUSE_S", 0.05)
    return told


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_full_disk_pauses_jobs_between_tiles_and_an_emptier_one_resumes_them(scene, disk, tmp_path):
    settings = Settings(
        data_dir=tmp_path, imagery=[{"name": "blocks", "path": str(scene.path)}], tile_size=32
    )
    database = Database.open(None, tmp_path)
    jobs = JobStore(database)
    job_id = jobs.submit("local", json.dumps({"labels": scene.labels}), again=False, most_under_way=9).id

    def state():
        with database.reading() as connection:
            row = connection.execute(select(workers.c.state, workers.c.reason)).one_or_none()
            return row and tuple(row)

    def tiles():
        with database.reading() as connection:
            return {row.tile: row.finished for row in connection.execute(select(job_tiles))}

    worker = Worker(settings, "w")
    thread = threading.Thread(target=worker.work)
    thread.start()
    try:
        until(lambda: state() == ("paused", REASON))
        assert jobs.get(job_id).status == "accepted"
        disk["reason"] = None
        until(lambda: len(tiles()) >= 5)
        disk["reason"] = REASON
        until(lambda: jobs.get(job_id).status == "accepted")
        until(lambda: state() == ("paused", REASON))
        finished = tiles()
        assert 5 <= len(finished) < 48
        disk["reason"] = None
        until(lambda: jobs.get(job_id).is_over)
        assert jobs.get(job_id).status == "successful"
        assert finished.items() <= tiles().items()
    finally:
        worker.stop.set()
        thread.join()
        database.close()
