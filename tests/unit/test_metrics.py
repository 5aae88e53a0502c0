from __future__ import annotations

import time

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import delete, insert, update

from app.database.connection import Database
from app.database.tables import job_tiles, jobs, workers
from app.operations import state_collector
from app.operations.device import Gpu
from app.operations.metrics import Metrics
from app.operations.queue_state import QueueWatch
from app.operations.state_collector import StateCollector
from app.settings import Settings


def samples(metrics):
    """(name, labels) -> value, of everything but the process's own."""
    return {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
        if not family.name.startswith("process_")
    }


@pytest.fixture
def database(tmp_path):
    made = Database.open(None, tmp_path)
    yield made
    made.close()


@pytest.fixture
def metrics(database, tmp_path, monkeypatch):
    made = Metrics()
    monkeypatch.setattr("app.operations.queue_state.KEPT_S", 0.0)
    settings = Settings(data_dir=tmp_path, min_free_bytes=5)
    made.registry.register(StateCollector(settings, database, QueueWatch(database)))
    return made


def put(database, table, **values):
    with database.writing() as connection:
        connection.execute(insert(table).values(**values))


def job(database, name, status, *, created, **more):
    put(
        database,
        jobs,
        id=name,
        owner="local",
        status=status,
        request="{}",
        again=False,
        created=created,
        updated=created,
        **more,
    )


def test_what_this_process_does_is_counted_and_timed():
    metrics = Metrics()
    metrics.request("GET", "/maps/{map_id}", 200, 0.02)
    metrics.request("GET", "/maps/{map_id}", 404, 0.02)
    metrics.adapted(0.1)
    metrics.map_made({"reading labels": 0.2, "adapting": 0.1, "mapping": 3.0})
    metrics.tile("live", 0.3)
    with metrics.tile_timed("finished"):
        pass
    found = samples(metrics)
    assert found["landshot_requests_total", "method=GET", "route=/maps/{map_id}", "status=404"] == 1
    assert found["landshot_request_seconds_count", "method=GET", "route=/maps/{map_id}"] == 2
    assert found["landshot_adapt_seconds_count",] == 2
    assert found["landshot_map_seconds_sum", "stage=mapping"] == 3.0
    assert found["landshot_map_seconds_count", "stage=reading-labels"] == 1
    assert found["landshot_tile_seconds_count", "kind=live"] == 1
    assert found["landshot_tile_seconds_count", "kind=finished"] == 1


def test_a_tile_that_fails_is_not_timed():
    metrics = Metrics()

    def fail():
        with metrics.tile_timed("live"):
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert ("landshot_tile_seconds_count", "kind=live") not in samples(metrics)


def test_applications_do_not_share_their_numbers():
    first, second = Metrics(), Metrics()
    first.adapted(1.0)
    assert samples(second)["landshot_adapt_seconds_count",] == 0


def test_the_queue_and_the_workers_are_read_from_the_database(database, metrics):
    now = time.time()
    for number, status in enumerate(["accepted", "accepted", "running"]):
        job(database, f"j{number}", status, created=now)
    for name, age, state in (("a", 1, "busy"), ("b", 1, "busy"), ("c", 1, "paused"), ("gone", 60, "busy")):
        put(database, workers, id=name, device="cpu", seen=now - age, state=state, reason="")
    found = samples(metrics)
    assert found["landshot_jobs", "status=accepted"] == 2
    assert found["landshot_jobs", "status=running"] == 1
    assert found["landshot_jobs", "status=failed"] == 0
    assert found["landshot_workers", "device=cpu", "state=busy"] == 2
    assert found["landshot_workers", "device=cpu", "state=paused"] == 1
    assert found["landshot_database_up",] == 1
    assert found["landshot_disk_needed_bytes",] == 5
    assert found["landshot_disk_free_bytes",] > 0


def test_jobs_and_tiles_of_other_processes_are_counted_once(database, metrics):
    now = time.time()
    job(database, "before", "successful", created=now - 90, started=now - 80, finished=now - 70)
    job(database, "a", "running", created=now - 10, started=now - 4)
    for tile in range(3):
        put(database, job_tiles, job_id="a", tile=tile, finished=time.time())
    found = samples(metrics)
    assert found["landshot_job_tiles_total",] == 3
    assert ("landshot_job_seconds_count", "status=successful") not in found
    put(database, job_tiles, job_id="a", tile=3, finished=time.time())
    with database.writing() as connection:
        connection.execute(
            update(jobs).where(jobs.c.id == "a").values(status="successful", finished=time.time())
        )
    samples(metrics)
    with database.writing() as connection:
        connection.execute(delete(jobs))
    found = samples(metrics)
    assert found["landshot_job_tiles_total",] == 4, "a counter never falls"
    assert found["landshot_job_seconds_count", "status=successful"] == 1
    assert found["landshot_job_seconds_sum", "status=successful"] == pytest.approx(4, abs=2)
    assert found["landshot_job_wait_seconds_sum",] == pytest.approx(6, abs=0.1)


def test_a_database_that_is_away_leaves_the_other_numbers(database, metrics):
    metrics.adapted(1.0)
    database.close()
    with database.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE jobs RENAME TO jobs_elsewhere")
    found = samples(metrics)
    assert found["landshot_database_up",] == 0
    assert found["landshot_adapt_seconds_count",] == 1
    assert ("landshot_jobs", "status=running") not in found


def test_gpus_are_asked_seldom(metrics, monkeypatch):
    asked = []

    def gpus():
        asked.append(1)
        return (Gpu(0, "NVIDIA H200", 2**30, 2**37),)

    monkeypatch.setattr(state_collector, "gpus", gpus)
    first, second = samples(metrics), samples(metrics)
    assert first["landshot_device_memory_used_bytes", "device=cuda:0"] == 2**30
    assert second["landshot_device_memory_bytes", "device=cuda:0"] == 2**37
    assert len(asked) == 1
