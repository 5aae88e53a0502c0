"""What the dates of a year are worth on a real catalogue: monthly and seasonal steps against the best single date.

    python -m benchmarks.flanders_steps [--draws 10]

Serves the catalogue of Flanders (640 m of fields, 40 dates of Sentinel-2, clouds included) as a STAC API on loopback,
and maps it with five labels a class from `labels_pool.geojson`, again and again; balanced accuracy is that on
`labels_test.geojson`. A single date is asked for like any other period. Labels under its clouds, which Landshot
refuses, are left out; test points that the map does not have count as wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from io import BytesIO
from pathlib import Path
from statistics import mean
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import numpy as np
import rasterio
from rasterio.warp import transform

from app.server_process import running_server
from benchmarks.common import ROOT, data_folder, environment, machine

BOX = [3.0193042, 50.8130854, 3.028392, 50.8188427]
PERIODS = (("2018-03-01", "2018-11-30"), ("2017-08-01", "2018-11-30"))
"""The growing season; all there is."""
SHOTS = 5
LEAST_GAIN = 0.05

Labels = list[dict[str, Any]]


class Mapper:
    """Maps the box, and says how good the map is."""

    def __init__(self, address: str, test: Labels) -> None:
        self._address = address
        self._test = test

    def accuracy(self, labels: Labels, start: str, end: str, steps: str) -> float | None:
        """Balanced accuracy; None where no map can be made."""
        body = {
            "imagery": "flanders",
            "bbox": BOX,
            "start": start,
            "end": end,
            "steps": steps,
            "labels": {"type": "FeatureCollection", "features": labels},
        }
        headers = {"content-type": "application/json", "accept": "image/tiff"}
        request = Request(f"{self._address}/adapt", json.dumps(body).encode(), headers)  # noqa: S310
        try:
            with urlopen(request, timeout=300) as answer:  # noqa: S310 - http:// on the loopback interface
                return self._judged(answer.read())
        except HTTPError as refusal:
            problem = json.loads(refusal.read())
            refused = {error["where"] for error in problem.get("errors", ())}
            clear = [one for number, one in enumerate(labels) if f"labels[{number}]" not in refused]
            if refusal.code != 422 or not refused or not clear or len(clear) == len(labels):
                return None
            return self.accuracy(clear, start, end, steps)

    def _judged(self, tiff: bytes) -> float:
        with rasterio.open(BytesIO(tiff)) as file:
            mapped = file.read(1)
            named = {entry["value"]: entry["name"] for entry in json.loads(file.tags()["CLASSES"])}
            lon, lat = zip(*(one["geometry"]["coordinates"] for one in self._test), strict=True)
            xs, ys = transform("EPSG:4326", file.crs, lon, lat)
            rows, cols = rasterio.transform.rowcol(file.transform, xs, ys)
        right = defaultdict(list)
        for one, row, col in zip(self._test, np.asarray(rows), np.asarray(cols), strict=True):
            truth = one["properties"]["class"]
            right[truth].append(named.get(int(mapped[int(row), int(col)])) == truth)
        return float(mean(mean(found) for found in right.values()))


def draw(pool: Labels, seed: int) -> Labels:
    """Five labels of each class."""
    rng = np.random.default_rng(seed)
    by_class = defaultdict(list)
    for one in pool:
        by_class[one["properties"]["class"]].append(one)
    return [
        by_class[name][number]
        for name in sorted(by_class)
        for number in rng.choice(len(by_class[name]), min(SHOTS, len(by_class[name])), replace=False)
    ]


def features(path: Path) -> Labels:
    """Of a GeoJSON file."""
    found: Labels = json.loads(path.read_text())["features"]
    return found


def days_of(folder: Path) -> list[str]:
    """Of all Items."""
    items = (json.loads(path.read_text()) for path in sorted(folder.glob("S2_*/*.json")))
    return [item["properties"]["datetime"][:10] for item in items]


def compare(mapper: Mapper, draws: list[Labels], days: list[str]) -> dict[str, float]:
    """Name -> mean balanced accuracy over the draws; dates with which not every draw gives a map are left out."""
    asked = [
        (f"{steps}, {start} to {end}", start, end, steps)
        for start, end in PERIODS
        for steps in ("month", "season", "all")
    ]
    asked += [(day, day, day, "all") for day in days]
    means = {}
    for name, start, end, steps in asked:
        found = []
        for labels in draws:
            accuracy = mapper.accuracy(labels, start, end, steps)
            if accuracy is None:
                break
            found.append(accuracy)
        if len(found) == len(draws):
            means[name] = mean(found)
            print(f"{name}: {means[name]:.4f}", file=sys.stderr, flush=True)
    return means


def main() -> None:
    """Run, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--draws", type=int, default=10)
    count = parser.parse_args().draws
    folder = data_folder() / "eval" / "scenes" / "flanders_b424a"
    sys.path.append(str(ROOT / "tests"))
    from servers.stac_service import StacService  # noqa: PLC0415 - the servers of the tests

    pool, test = features(folder / "labels_pool.geojson"), features(folder / "labels_test.geojson")
    days = days_of(folder)
    about = machine()
    with tempfile.TemporaryDirectory(prefix="landshot-bench-") as made, StacService(folder) as service:
        sources = Path(made) / "sources.toml"
        sources.write_text(
            f'[flanders]\npreset = "earth-search-sentinel-2-l2a"\nurl = "{service.url}"\n'
            'collections = ["flanders-b424a-sentinel-2-l2a"]\nmax_cloud_cover = 100\n'
        )
        with running_server(Path(made), "--sources", str(sources), environment=environment()) as address:
            means = compare(Mapper(address, test), [draw(pool, seed) for seed in range(count)], days)
    best = max((name for name in means if name in days), key=lambda name: means[name])
    print(f"### Flanders, {SHOTS} labels a class, mean of {count} draws, {len(test)} test points\n")
    print("| | balanced accuracy | above the best single date |\n|---|---|---|")
    for name, value in means.items():
        if name not in days:
            gain = value - means[best]
            print(f"| {name} | {value:.3f} | {100 * gain:+.1f} points{_judged(name, gain)} |")
    print(
        f"| {best}, the best of {len(set(days) & set(means))} dates, picked after the fact | {means[best]:.3f} | |"
    )
    print(f"\n{about}")


def _judged(name: str, gain: float) -> str:
    if name.startswith("all"):
        return ""
    return f": {'at least' if gain >= LEAST_GAIN else 'BELOW'} {100 * LEAST_GAIN:g}"


if __name__ == "__main__":
    main()
