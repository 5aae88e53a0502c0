"""POST /adapt on a warm server, over real HTTP, against the forest's fit + predict + write in a warm process.

    python -m benchmarks.warm_request [--requests 11]

The forest has its scene and spectra in memory already; the request reads the scene, makes the map, and sends it.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from app.server_process import running_server
from benchmarks.common import Scene, environment, machine, ratios, scene, spread, verdict
from benchmarks.forest import fit_predict_write, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

WARM_UPS = 2
REQUEST_TIMEOUT_S = 120.0
MOST_RATIO = 1.0
MOST_SECONDS = 2.5
MOST_ADAPTING_MS = 150
NAME = "scene"
"""What the server calls the scene."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request that made a map."""

    seconds: float
    """From connecting to the last byte of the GeoTIFF."""
    stages_ms: dict[str, float]
    """As the server measured them."""


@contextmanager
def server(imagery: Path) -> Iterator[int]:
    """A server of its own; yields its port once it is ready."""
    with (
        tempfile.TemporaryDirectory(prefix="landshot-bench-") as folder,
        running_server(Path(folder), "--imagery", f"{NAME}={imagery}", environment=environment()) as address,
    ):
        yield int(address.rsplit(":", 1)[1].rstrip("/"))


def post(port: int, body: bytes) -> Request:
    """Have a map made, though the same one is stored, and receive it.

    Raises:
        RuntimeError: the server refused, or gave back what was stored.
    """
    headers = {"content-type": "application/json", "accept": "image/tiff", "cache-control": "no-cache"}
    began = time.perf_counter()
    status, answered, content = _fetch(port, "POST", "/adapt", body, headers)
    seconds = time.perf_counter() - began
    if status != 200:
        raise RuntimeError(f"POST /adapt answered {status}: {content.decode(errors='replace')}")
    if "fwd=miss" not in answered.get("Cache-Status", "") or content[:2] != b"II":
        raise RuntimeError(f"no new map came back: {dict(answered.items())}")
    stages = re.findall(r"([\w-]+);dur=([\d.]+)", answered["Server-Timing"])
    return Request(seconds, {name: float(milliseconds) for name, milliseconds in stages})


def compare(mapped: Scene, count: int) -> tuple[list[Request], list[float]]:
    """Requests, and seconds of the forest, in turn."""
    body = json.dumps({"imagery": NAME, "labels": json.loads(mapped.labels.read_text())}).encode()
    inputs = read(mapped.imagery, mapped.labels)
    requests, forest = [], []
    with server(mapped.imagery) as port, tempfile.TemporaryDirectory(prefix="landshot-bench-") as folder:
        for _ in range(WARM_UPS + count):
            requests.append(post(port, body))
            began = time.perf_counter()
            fit_predict_write(*inputs, Path(folder) / "forest.tif")
            forest.append(time.perf_counter() - began)
    return requests[WARM_UPS:], forest[WARM_UPS:]


def main() -> None:
    """Run, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--requests", type=int, default=11)
    count = parser.parse_args().requests
    about = machine()
    with scene() as mapped:
        requests, forest = compare(mapped, count)
    ours = [request.seconds for request in requests]
    ratio = ratios(ours, forest)
    of_medians = median(ours) / median(forest)
    adapting = [request.stages_ms["adapting"] for request in requests]
    print(f"### POST /adapt, warm server: {mapped.title}; {count} in turn after {WARM_UPS} warm-ups\n")
    print("| | median (range) | limit |\n|---|---|---|")
    print(f"| POST /adapt, s | {spread(ours)} | {verdict(median(ours), MOST_SECONDS, ' s')} |")
    print(f"| random forest: fit + predict + write, warm, s | {spread(forest)} | |")
    print(f"| ratio of the medians | {of_medians:.2f} | {verdict(of_medians, MOST_RATIO)} |")
    print(f"| ratio, pair by pair | {spread(ratio)} | |")
    limit = verdict(median(adapting), MOST_ADAPTING_MS, " ms")
    print(f"| the server's own time, inner loop ('adapting'), ms | {spread(adapting, 0)} | {limit} |")
    for stage in requests[0].stages_ms:
        if stage != "adapting":
            taken = spread([request.stages_ms[stage] for request in requests], 0)
            print(f"| the server's own time, {stage.replace('-', ' ')}, ms | {taken} | |")
    print(f"\n{about}")


def _fetch(
    port: int, method: str, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, Message, bytes]:
    """Status, headers and body of the answer; a connection for each request, as curl makes it."""
    connection = HTTPConnection("127.0.0.1", port, timeout=REQUEST_TIMEOUT_S)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()


if __name__ == "__main__":
    main()
