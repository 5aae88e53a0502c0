"""A thousand small jobs from four clients: all succeed, none is made twice, in order, and the clients take turns.

    python -m benchmarks.many_jobs [--jobs 1000] [--workers 2]

A real server with keys on loopback; each client has its own key and posts its jobs one after the other, all at the
same time. Afterwards the jobs' own times say in which order they were begun.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from app.bundled import LABELS, bundled_scene
from app.server_process import running_server
from benchmarks.common import environment, machine

CLIENTS = 4


class Client:
    """Somebody with a key."""

    def __init__(self, address: str, key: str) -> None:
        self._address = address
        self._headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}

    def ask(self, path: str, body: dict[str, Any] | None = None, **headers: str) -> Any:  # noqa: ANN401 - JSON
        """What the server answers."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(self._address + path, data, self._headers | headers)  # noqa: S310 - http:// on loopback
        with urlopen(request, timeout=120) as answer:  # noqa: S310
            return json.load(answer)

    def submit(self, bodies: list[dict[str, Any]]) -> list[str]:
        """The jobs' names, in the order in which they were accepted."""
        return [self.ask("/adapt", body, prefer="respond-async")["jobID"] for body in bodies]


def new_key(data_dir: Path, name: str) -> str:
    """Of `landshot keys create`."""
    command = [sys.executable, "-m", "app", "keys", "create", name, "--data-dir", str(data_dir)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, env=environment()).stdout
    return next(word for word in said.split() if word.startswith("lsk_"))


def report(jobs: list[dict[str, Any]], clients: list[list[str]], seconds: float) -> None:
    """What was asked for, line by line."""
    by_id = {job["jobID"]: job for job in jobs}
    starts = sorted(jobs, key=lambda job: str(job["started"]))
    owner = {job: number for number, mine in enumerate(clients) for job in mine}
    turns = [owner[job["jobID"]] for job in starts]
    busy = turns[: CLIENTS * min(len(mine) for mine in clients) // 2]  # while all four have jobs waiting
    repeats = sum(first == second for first, second in pairwise(busy))
    disorder = sum(
        str(by_id[first]["started"]) > str(by_id[second]["started"])
        for mine in clients
        for first, second in pairwise(mine)
    )
    print(f"{machine()}; {len(jobs)} jobs of {CLIENTS} clients in {seconds:.0f} s\n")
    print(f"- statuses: {dict(Counter(job['status'] for job in jobs))}")
    print(
        f"- maps: {len({job['landshot:map'] for job in jobs})} different ones of {len(jobs)} different requests"
    )
    print(f"- begun before an earlier one of the same client: {disorder}")
    print(f"- while all had jobs waiting, a client was served twice in a row {repeats} of {len(busy)} times")


def main() -> None:
    """Run, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--jobs", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        labels = json.loads((bundled_scene(data_dir) / LABELS).read_text())
        keys = [new_key(data_dir, f"client-{number}") for number in range(CLIENTS)]
        features = labels["features"]
        bodies: list[list[dict[str, Any]]] = [[] for _ in keys]
        for number in range(given.jobs):  # each with other labels: no two are the same map
            few = [*features[: len(features) - number % 7], _moved(features[number % len(features)], number)]
            bodies[number % CLIENTS].append({"labels": {**labels, "features": few}})
        given_environment = environment() | {"LANDSHOT_REQUIRE_KEYS": "true"}
        with running_server(
            data_dir, "--workers", str(given.workers), environment=given_environment
        ) as address:
            clients = [Client(address, key) for key in keys]
            began = time.monotonic()
            with ThreadPoolExecutor(CLIENTS) as pool:
                accepted = list(
                    pool.map(lambda pair: pair[0].submit(pair[1]), zip(clients, bodies, strict=True))
                )
            while any(
                client.ask("/jobs?limit=1&status=accepted&status=running")["jobs"] for client in clients
            ):
                time.sleep(1)
            seconds = time.monotonic() - began
            ended = [
                client.ask(f"/jobs/{job}")
                for client, mine in zip(clients, accepted, strict=True)
                for job in mine
            ]
    report(ended, accepted, seconds)


def _moved(feature: dict[str, Any], number: int) -> dict[str, Any]:
    """The same label a hair beside its place."""
    lon, lat = feature["geometry"]["coordinates"]
    moved = {"type": "Point", "coordinates": [lon + 1e-9 * number, lat]}
    return {**feature, "geometry": moved}


if __name__ == "__main__":
    main()
