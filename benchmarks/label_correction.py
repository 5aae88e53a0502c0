"""From a corrected label to the new live tile, over HTTP: what a person waits for.

    python -m benchmarks.label_correction [--runs 30] [--json FILE]

A real server on loopback; the Aberystwyth scene where its files are there, else the simulated one. Each run changes the
class of a label and moves it by a centimetre, so that no run finds what another has left; then it asks for the tile in
the middle of the scene at the scene's own zoom.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

import httpx2

from app.server_process import running_server
from benchmarks.common import environment, machine, scene

LIMIT_MS = 700
PER_CLASS = 5


def main() -> None:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with scene() as used, tempfile.TemporaryDirectory() as folder:
        labels = some_labels(json.loads(used.labels.read_text()))
        with running_server(
            Path(folder), "--imagery", f"scene={used.imagery}", environment=environment()
        ) as address:
            times = measured(address, labels, options.runs)
    found = {
        "scene": used.title,
        "runs": options.runs,
        "correction_ms": round(median(t[0] for t in times), 1),
        "tile_ms": round(median(t[1] for t in times), 1),
        "median_ms": round(median(sum(t) for t in times), 1),
        "worst_ms": round(max(sum(t) for t in times), 1),
        "limit_ms": LIMIT_MS,
        "machine": machine(),
    }
    print(json.dumps(found, indent=2))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n")


def some_labels(document: dict[str, Any]) -> dict[str, Any]:
    """The first few of each class."""
    by_class: dict[str, list[Any]] = {}
    for feature in document["features"]:
        by_class.setdefault(str(feature["properties"]["class"]), []).append(feature)
    return {**document, "features": [f for several in by_class.values() for f in several[:PER_CLASS]]}


def measured(address: str, labels: dict[str, Any], runs: int) -> list[tuple[float, float]]:
    """Milliseconds of correction and tile."""
    with httpx2.Client(base_url=address, timeout=60) as http:
        return _measured(http, labels, runs)


def _measured(http: httpx2.Client, labels: dict[str, Any], runs: int) -> list[tuple[float, float]]:
    made = http.post("/adaptations", json={"labels": labels}).raise_for_status().json()
    classes = sorted({entry["name"] for entry in made["legend"]})
    told = http.get(f"/tiles/{made['id']}/tilejson.json").raise_for_status().json()
    lon, lat, *_ = told["center"]
    z, (x, y) = told["maxzoom"], tile_at(lon, lat, told["maxzoom"])
    times = []
    for run in range(runs + 2):
        label, name = 1 + run % len(classes), classes[(run // 2) % len(classes)]
        lon, lat = labels["features"][label - 1]["geometry"]["coordinates"]
        place = {"type": "Point", "coordinates": [lon + 1e-7 * (run + 1), lat]}
        operations = [
            {"op": "class", "label": label, "class": name},
            {"op": "move", "label": label, "geometry": place},
        ]
        began = time.perf_counter()
        changed = http.post(f"/adaptations/{made['id']}/labels", json={"operations": operations})
        between = time.perf_counter()
        http.get(changed.raise_for_status().json()["tiles"].format(z=z, x=x, y=y)).raise_for_status()
        ended = time.perf_counter()
        times.append((1000 * (between - began), 1000 * (ended - between)))
    return times[2:]


def tile_at(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of Web Mercator."""
    across = (lon + 180) / 360
    down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int(across * 2**zoom), int(down * 2**zoom)


if __name__ == "__main__":
    main()
