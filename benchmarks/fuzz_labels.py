"""Labels that nobody would send, read all the same: none may crash the reader, hold it up, or leave anything behind.

    python -m benchmarks.fuzz_labels [--inputs 10000] [--http 300] [--seed 5]

Hypothesis invents request bodies and files: GeoJSON that is nearly right, right but enormous, cut off, in another
encoding, or no JSON at all; and tables of all kinds. Each is read as the server reads it (`app.requests.parse_body`)
and as the command line does (`geodata.labels.read_labels`), some are sent to a real server. Whatever is wrong with one
is a `LandshotError`, over HTTP a 4xx. Everything is read three times: memory may not grow the third time.
"""

from __future__ import annotations

import argparse
import gc
import http.client
import json
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from app.requests import parse_body
from app.server_process import running_server
from benchmarks.common import environment, machine
from benchmarks.invented_labels import BODIES, TABLES, to_json
from geodata.errors import LandshotError
from geodata.labels import read_labels
from geodata.legend import Legend

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hypothesis.strategies import SearchStrategy

MOST_GROWTH_BYTES = 16 * 2**20


def main() -> int:
    """Run it; the exit code is 1 where an input did what none may."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz_labels", description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000, help="half bodies, half tables (default 10000)")
    parser.add_argument("--http", type=int, default=300, help="bodies sent to a server (default 300)")
    parser.add_argument(
        "--slowest", type=float, default=2.0, help="seconds that an input may take (default 2)"
    )
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    print(machine())
    bodies = invented(BODIES, options.inputs // 2, options.seed)
    files = invented(TABLES, options.inputs - len(bodies), options.seed)
    print(
        f"{len(bodies):,} bodies and {len(files):,} tables, the largest of {max(map(len, bodies + files)):,} bytes"
    )
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        readers = Readers(Path(folder), options.slowest)
        for _ in range(2):  # what is imported, and kept for good, is there then
            readers.read_all(bodies, files)
        before = resident_bytes()
        readers.read_all(bodies, files)
        growth = resident_bytes() - before
    print(
        f"read: {readers.accepted:,} accepted, {readers.refused:,} refused; slowest {readers.slowest_s:.2f} s"
    )
    print(f"memory: {growth / 2**20:+.1f} MiB from the second reading of all to the third")
    wrong += readers.wrong
    if growth > MOST_GROWTH_BYTES:
        wrong.append(f"memory grew by {growth:,} bytes")
    if options.http:
        wrong += sent(bodies[:: max(1, len(bodies) // options.http)][: options.http], options.slowest)
    for line in wrong[:20]:
        print(f"WRONG {line}")
    print(f"{len(bodies) + len(files):,} inputs, {len(wrong)} failures")
    return 1 if wrong else 0


def invented(inputs: SearchStrategy[bytes], count: int, number: int) -> list[bytes]:
    """The same inputs for the same number."""
    found: list[bytes] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(inputs)
    def keep(content: bytes) -> None:
        found.append(content)

    keep()
    return found


class Readers:
    """The product's own readers, and what became of what they read."""

    def __init__(self, folder: Path, most_s: float) -> None:
        self._folder, self._most_s = folder, most_s
        self.accepted = self.refused = 0
        self.slowest_s, self.slowest = 0.0, b""
        self.wrong: list[str] = []

    def read_all(self, bodies: Sequence[bytes], files: Sequence[bytes]) -> None:
        """Everything once; the counts are of this time."""
        self.accepted = self.refused = 0
        for body in bodies:
            self._read(body, _read_body)
            self._read(_labels_in(body), self._read_file("labels.geojson"))
        for content in files:
            self._read(content, self._read_file("labels.csv"))

    def _read(self, content: bytes, read: Any) -> None:  # noqa: ANN401 - a reader
        began = time.perf_counter()
        try:
            read(content)
        except LandshotError as error:
            self.refused += 1
            str(error).encode()  # it can be told
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            self.wrong.append(f"{type(error).__name__}: {error}"[:200] + f" for {content[:300]!r}")
        else:
            self.accepted += 1
        took = time.perf_counter() - began
        if took > self.slowest_s:
            self.slowest_s, self.slowest = took, content
        if took > self._most_s:
            self.wrong.append(f"{took:.1f} s for {len(content):,} bytes, {content[:300]!r}")

    def _read_file(self, name: str) -> Any:  # noqa: ANN401 - a reader
        path = self._folder / name

        def read(content: bytes) -> None:
            path.write_bytes(content)
            Legend.from_names(read_labels(path).class_names)

        return read


def _read_body(content: bytes) -> None:
    _, asked = parse_body(content, max_labels=100_000)
    _ = asked.legend or Legend.from_names(asked.labels.class_names)


def _labels_in(body: bytes) -> bytes:
    """Of a body that is one."""
    try:
        return to_json(json.loads(body)["labels"])
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        return body


def resident_bytes() -> int:
    """What this process has of the machine's memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def sent(bodies: Sequence[bytes], most_s: float) -> list[str]:
    """What a real server answers wrongly, or late."""
    wrong: list[str] = []
    statuses: Counter[int] = Counter()
    slowest = 0.0
    with (
        tempfile.TemporaryDirectory() as folder,
        running_server(Path(folder), environment=environment()) as address,
    ):
        for number, body in enumerate(bodies):
            path = ("/adapt/plan", "/adaptations", "/adapt")[number % 3]
            connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=60)
            began = time.perf_counter()
            connection.request("POST", path, body, {"content-type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
            took = time.perf_counter() - began
            connection.close()
            statuses[answer.status] += 1
            slowest = max(slowest, took)
            if answer.status >= 500 or took > most_s:
                wrong.append(
                    f"POST {path}: {answer.status} in {took:.1f} s, {content[:200]!r} for {body[:300]!r}"
                )
    print(f"over HTTP: {len(bodies)} bodies, {dict(sorted(statuses.items()))}; slowest {slowest:.2f} s")
    return wrong


if __name__ == "__main__":
    sys.exit(main())
