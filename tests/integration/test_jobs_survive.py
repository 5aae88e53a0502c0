"""Workers and servers that are killed in the middle of a job: it ends as if nothing had happened."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from contextlib import suppress

import numpy as np
import pytest
import rasterio
from affine import Affine
from processes import running_server
from pyproj import Transformer
from rasterio.transform import xy

from app.database.connection import Database
from app.database.tables import job_tiles
from app.jobs.store import JobStore

KILLS = int(os.environ.get("LANDSHOT_TEST_KILLS", "2"))
"""Of workers and of whole servers, as chance has it; LANDSHOT_TEST_KILLS=20 in the environment kills more."""

SIDE, TILE = 2048, 256
LONGEST_S = 240.0


@pytest.fixture(scope="module")
def land(tmp_path_factory):
    """A scene of 64 tiles, and a request that maps all of it."""
    path = tmp_path_factory.mktemp("land") / "land.tif"
    rng = np.random.default_rng(5)
    spectra = np.array([(0.02, 0.04, 0.02, 0.35), (0.12, 0.14, 0.16, 0.22), (0.05, 0.05, 0.03, 0.02)])
    kinds = rng.integers(0, 3, (SIDE // 32, SIDE // 32)).repeat(32, axis=0).repeat(32, axis=1)
    image = spectra[kinds].transpose(2, 0, 1) * rng.normal(1, 0.1, (4, SIDE, SIDE))
    with rasterio.open(
        path, "w", driver="GTiff", width=SIDE, height=SIDE, count=4, dtype="uint16", nodata=0, crs="EPSG:32631",
        transform=Affine(10, 0, 600_000, 0, -10, 5_700_000), tiled=True, blockxsize=256, blockysize=256,
    ) as file:  # fmt: skip
        file.write(np.clip(image * 1e4, 1, 65535).astype(np.uint16))
        file.descriptions = ("B02", "B03", "B04", "B08")
        to_map = file.transform

    transformer = Transformer.from_crs(32631, 4326, always_xy=True)
    features = []
    for kind, name in enumerate(("tree cover", "built-up", "water")):
        for row, col in np.argwhere(kinds[16::32, 16::32] == kind)[:4]:
            place = transformer.transform(*xy(to_map, 32 * int(row) + 16, 32 * int(col) + 16))
            geometry = {"type": "Point", "coordinates": list(place)}
            features.append({"type": "Feature", "geometry": geometry, "properties": {"class": name}})
    return path, json.dumps({"labels": {"type": "FeatureCollection", "features": features}})


class Trial:
    """A server on one database, started again whenever it was killed."""

    def __init__(self, data_dir, database_url, scene):
        self.options = ("--imagery", f"land={scene}", "--tile-size", str(TILE), "--database", database_url)
        self.data_dir = data_dir
        data_dir.mkdir()
        self.database = Database.open(database_url, data_dir)
        self.jobs = JobStore(self.database)

    def server(self):
        return running_server(self.data_dir, *self.options)

    def tiles(self, job):
        """Tile -> when it was finished."""
        with self.database.reading() as connection:
            rows = connection.execute(job_tiles.select().where(job_tiles.c.job_id == job))
            return {row.tile: row.finished for row in rows}

    def wait(self, job):
        deadline = time.monotonic() + LONGEST_S
        while not (found := self.jobs.get(job)).is_over:
            assert time.monotonic() < deadline, found
            time.sleep(0.05)
        assert found.status == "successful", found
        return found

    def files(self, job):
        folder = self.data_dir / "maps" / self.jobs.get(job).map_id
        return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


def workers_of(server):
    """The pids of a server's workers."""
    children = subprocess.run(
        ["pgrep", "-P", str(server.process.pid), "-f", "app.jobs.worker"],
        capture_output=True,
        text=True,
        check=False,
    )
    return [int(pid) for pid in children.stdout.split()]


@pytest.fixture
def trial(tmp_path, database_url, land):
    begun = Trial(tmp_path / "server", database_url, land[0])
    yield begun
    begun.database.close()


@pytest.mark.timeout(120 + 60 * KILLS)
def test_a_job_whose_workers_and_servers_are_killed_ends_as_if_nothing_had_happened(trial, land):
    _, request = land
    chance = np.random.default_rng(11)
    seen: dict[int, float] = {}

    def no_finished_tile_was_made_again(job):
        now = trial.tiles(job)
        assert all(now.get(tile) == finished for tile, finished in seen.items())
        seen.update(now)

    job = trial.jobs.submit("local", request, again=False, most_under_way=9).id
    killed = 0
    while killed < KILLS:
        with trial.server() as server:
            while killed < KILLS:
                time.sleep(chance.uniform(0.2, 4.0))
                no_finished_tile_was_made_again(job)
                if chance.random() < 0.5 and (pids := workers_of(server)):
                    with suppress(ProcessLookupError):
                        os.kill(int(chance.choice(pids)), signal.SIGKILL)
                    killed += 1
                else:
                    server.process.kill()
                    killed += 1
                    break
    with trial.server():
        found = trial.wait(job)
        no_finished_tile_was_made_again(job)
        assert found.tiles_done == found.tiles_total == SIDE**2 // TILE**2
        disturbed = trial.files(job)
        again = trial.jobs.submit("local", request, again=True, most_under_way=9).id
        trial.wait(again)
        assert trial.files(again) == disturbed
    assert not any((trial.data_dir / "jobs").iterdir())


def test_a_server_that_is_told_to_end_hands_its_job_back(trial, land):
    _, request = land
    job = trial.jobs.submit("local", request, again=False, most_under_way=9).id
    with trial.server():
        while not trial.tiles(job):
            time.sleep(0.01)
    handed_back = trial.jobs.get(job)
    assert handed_back.status in ("accepted", "successful")
    before = trial.tiles(job)
    with trial.server():
        trial.wait(job)
    after = trial.tiles(job)
    assert all(after[tile] == finished for tile, finished in before.items())
