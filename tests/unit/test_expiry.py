from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert, select

from app.database.connection import Database
from app.database.tables import idempotency, job_tiles, jobs, map_owners, workers
from app.operations import expiry as expiry_module
from app.operations.expiry import Expiry
from app.settings import Settings
from app.store import FILES, MapStore

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400.0
A, B, C = "a" * 32, "b" * 32, "c" * 32


class World:
    """A data folder with its database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = Database.open(None, folder)
        self.store = MapStore(folder / "maps")
        self.cache_bytes = None

    def expiry(self, keep_maps_days=10.0):
        settings = Settings(data_dir=self.folder, keep_maps_days=keep_maps_days)
        return Expiry(settings, self.database, self.store, tell_cache_bytes=self._told)

    def sweep(self, keep_maps_days=10.0):
        return self.expiry(keep_maps_days).sweep_once()

    def _told(self, count):
        self.cache_bytes = count

    def put(self, table, **values):
        with self.database.writing() as connection:
            connection.execute(insert(table).values(**values))

    def ids(self, column):
        with self.database.reading() as connection:
            return sorted(connection.execute(select(column)).scalars())

    def map(self, name, *, days_old=0.0, used=()):
        with self.store.writing(name) as folder:
            for file in FILES:
                (folder / file).write_text("{}")
        when = time.time() - days_old * DAY
        os.utime(self.store.folder / name, (when, when))
        for number, days in enumerate(used):
            at = time.time() - days * DAY
            self.put(map_owners, map_id=name, owner=f"k{number}", created=at, used=at)

    def job(self, name, status, *, days_ago=0.0, map_id=None, folder=True):
        at = time.time() - days_ago * DAY
        finished = None if status in {"accepted", "running"} else at
        self.put(
            jobs,
            id=name,
            owner="local",
            status=status,
            request="{}",
            again=False,
            created=at,
            updated=at,
            finished=finished,
            map_id=map_id,
        )
        if folder:
            (self.folder / "jobs" / name).mkdir(parents=True)
            (self.folder / "jobs" / name / "tile").write_text("1")

    def workspaces(self):
        return sorted(path.name for path in (self.folder / "jobs").iterdir())


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.database.close()


def test_maps_that_nobody_has_asked_for_go_with_their_rows(world):
    world.map(A, used=[50.0, 20.0])
    world.map(B, used=[50.0, 5.0])
    world.map(C, used=[5.0])
    assert world.sweep().maps == 1
    assert sorted(world.store.identifiers()) == [B, C]
    assert world.ids(map_owners.c.map_id) == [B, B, C]
    assert sorted(path.name for path in world.store.folder.iterdir()) == [B, C]
    assert world.sweep().maps == 0


def test_of_a_map_without_an_owner_the_age_of_its_folder_counts(world):
    world.map(A, days_old=11)
    world.map(B, days_old=9)
    assert world.sweep().maps == 1
    assert world.store.identifiers() == [B]


def test_maps_stay_for_good_unless_the_settings_say_otherwise(world):
    world.map(A, days_old=5000)
    assert world.sweep(keep_maps_days=None).maps == 0
    assert world.store.identifiers() == [A]


@pytest.mark.parametrize(("status", "left"), [("running", [A]), ("accepted", [A]), ("successful", [])])
def test_a_map_that_a_job_is_making_again_stays(world, status, left):
    world.map(A, used=[50.0])
    world.job("j", status, map_id=A)
    world.sweep()
    assert world.store.identifiers() == left


def test_two_servers_sweep_one_folder(world):
    names = [f"{number:032x}" for number in range(20)]
    for name in names:
        world.map(name, used=[50.0])
    both = threading.Barrier(2)
    removed, failed = [], []

    def server():
        database = Database.open(None, world.folder)
        expiry = Expiry(Settings(data_dir=world.folder, keep_maps_days=10.0), database, world.store)
        both.wait()
        try:
            removed.append(expiry.sweep_once().maps)
        except Exception as error:  # noqa: BLE001 - a thread's errors are told below
            failed.append(error)
        database.close()

    threads = [threading.Thread(target=server) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert sum(removed) == len(names)
    assert list(world.store.folder.iterdir()) == []


def test_what_a_killed_server_had_set_aside_is_removed(world):
    left = world.store.folder / ".removed-x"
    left.mkdir(parents=True)
    (left / "landcover.tif").write_text("1")
    world.sweep(keep_maps_days=None)
    assert not left.exists()


def test_jobs_long_over_and_old_keys_of_requests_are_forgotten(world):
    world.job("old", "failed", days_ago=31, folder=False)
    world.job("new", "failed", days_ago=29, folder=False)
    world.job("waits", "accepted", days_ago=31, folder=False)
    world.put(job_tiles, job_id="old", tile=0, finished=0.0)
    for name, age in (("old", 25), ("new", 23)):
        world.put(
            idempotency,
            owner="local",
            idempotency_key=name,
            request_sha256="",
            created=time.time() - age * 3600,
        )
    for name, age in (("gone", 7200), ("here", 5)):
        world.put(workers, id=name, device="cpu", seen=time.time() - age, state="idle", reason="")
    assert world.sweep().jobs == 1
    assert world.ids(jobs.c.id) == ["new", "waits"]
    assert world.ids(job_tiles.c.job_id) == []
    assert world.ids(idempotency.c.idempotency_key) == ["new"]
    assert world.ids(workers.c.id) == ["here"]


def test_unfinished_work_of_jobs_that_are_over_goes(world):
    world.job("running", "running", days_ago=3)
    world.job("accepted", "accepted", days_ago=3)
    world.job("over", "dismissed", days_ago=1)
    world.job("just", "dismissed")  # its worker may not have noticed yet
    (world.folder / "jobs" / "unknown").mkdir()
    (world.folder / "jobs" / "other").mkdir()
    written = world.folder / "jobs" / "other" / "tile"
    written.write_text("1")
    long_ago = time.time() - 2 * DAY
    for name in ("unknown", "other"):
        os.utime(world.folder / "jobs" / name, (long_ago, long_ago))
    assert world.sweep().workspaces == 2
    assert world.workspaces() == ["accepted", "just", "other", "running"]


def test_links_in_the_folder_of_jobs_lead_nowhere(world, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "file").write_text("1")
    os.utime(elsewhere, (0, 0))
    (world.folder / "jobs").mkdir()
    (world.folder / "jobs" / "link").symlink_to(elsewhere)
    world.sweep()
    assert (elsewhere / "file").exists()


def test_the_size_of_the_cache_is_told(world):
    (world.folder / "cache" / "ab").mkdir(parents=True)
    (world.folder / "cache" / "ab" / "x.tif").write_bytes(b"x" * 123)
    world.sweep()
    assert world.cache_bytes == 123


def test_the_thread_sweeps_at_once_again_and_again_and_ends(world, monkeypatch, caplog):
    monkeypatch.setattr(expiry_module, "SWEEP_EVERY_S", 0.01)
    swept = threading.Semaphore(0)

    def sweep_once():
        swept.release()
        raise OSError("the disk is away")

    expiry = world.expiry()
    monkeypatch.setattr(expiry, "sweep_once", sweep_once)
    expiry.start()
    assert all(swept.acquire(timeout=10) for _ in range(3))
    expiry.stop()
    assert not expiry._thread.is_alive()
    assert "the disk is away" in caplog.text
