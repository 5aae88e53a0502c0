"""Two hundred people look at maps while two others are being made: how long tiles and probes take.

    python -m benchmarks.tile_load [--readers 200] [--seconds 60] [--pause 1.0] [--json FILE]

A real server (`landshot serve --workers 2`) on loopback, a scene of 36 million pixels, two jobs that map all of it.
Half of the readers look at a finished map, half at an adaptation without one (live tiles from imagery on disk). Each
reader comes within the first five seconds, keeps a connection open, asks for a tile beside the last one, now and then
at another zoom, and looks at it for `--pause` seconds on average before the next. `/livez` is probed five times a
second. Readers, server and workers share the cores.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import numpy as np
import rasterio
from affine import Affine
from morecantile import tms
from pyproj import Transformer
from rasterio.transform import xy

from app.server_process import running_server
from benchmarks.common import environment, machine

LIMITS_MS = {"finished": 100, "live": 400, "livez": 50}
"""95th percentiles of tiles; of /livez, all."""

SIDE, FIELD, PART = 6000, 50, 1000
"""Pixels: of the scene, of a field, and of the part that readers look at."""

SPECTRA = {
    "tree cover": (0.02, 0.04, 0.02, 0.35),
    "built-up": (0.12, 0.14, 0.16, 0.22),
    "water": (0.05, 0.05, 0.03, 0.02),
}
ZOOMS = range(10, 15)

ARRIVING_S = 5.0
"""All readers have come by then."""

Labels = dict[str, Any]


def scene(path: Path) -> tuple[Labels, list[float]]:
    """Writes the image; labels of it, and the box of the part to look at."""
    rng = np.random.default_rng(3)
    spectra = np.array(list(SPECTRA.values()))
    kinds = rng.integers(0, 3, (SIDE // FIELD, SIDE // FIELD))
    profile = {
        "driver": "GTiff", "width": SIDE, "height": SIDE, "count": 4, "dtype": "uint16", "nodata": 0,
        "crs": "EPSG:32631", "transform": Affine(10, 0, 600_000, 0, -10, 5_700_000), "tiled": True,
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as file:
        file.descriptions = ("B02", "B03", "B04", "B08")
        for number, row in enumerate(kinds):
            strip = spectra[row.repeat(FIELD)].T[:, None] * rng.normal(1, 0.15, (4, FIELD, SIDE))
            window = rasterio.windows.Window(0, number * FIELD, SIDE, FIELD)
            file.write(np.clip(strip * 1e4, 1, 65535).astype(np.uint16), window=window)
        to_map = file.transform
    degrees = Transformer.from_crs(32631, 4326, always_xy=True)
    features = []
    for kind, name in enumerate(SPECTRA):
        for row, col in np.argwhere(kinds[: PART // FIELD, : PART // FIELD] == kind)[:5]:
            place = degrees.transform(*xy(to_map, FIELD * int(row) + 20, FIELD * int(col) + 20))
            point = {"type": "Point", "coordinates": list(place)}
            features.append({"type": "Feature", "geometry": point, "properties": {"class": name}})
    west, north = degrees.transform(*xy(to_map, 5, 5))
    east, south = degrees.transform(*xy(to_map, PART, PART))
    return {"type": "FeatureCollection", "features": features}, [west, south, east, north]


def post(address: str, path: str, body: dict[str, Any], **headers: str) -> tuple[Any, str]:
    """The JSON that a POST answers with, and its Location."""
    given = {"content-type": "application/json", "accept": "application/json", **headers}
    request = Request(address + path, json.dumps(body).encode(), given)  # noqa: S310 - http:// on loopback
    with urlopen(request, timeout=120) as answer:  # noqa: S310
        return json.load(answer), answer.headers["location"]


class Reader:
    """A keep-alive connection; written for this, so that two hundred cost the machine little."""

    def __init__(self, address: str) -> None:
        self._host, self._port = urlsplit(address).hostname, urlsplit(address).port
        self._stream: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def get(self, path: str) -> tuple[int, float]:
        """Status and milliseconds."""
        began = time.perf_counter()
        try:
            head, incoming = await self._head(path)
        except (asyncio.IncompleteReadError, ConnectionError):
            self._stream = None  # the server has closed a connection that was idle, as browsers know
            head, incoming = await self._head(path)
        length = next(int(line[15:]) for line in head.split("\r\n") if line.startswith("content-length:"))
        await incoming.readexactly(length)
        return int(head.split()[1]), 1000 * (time.perf_counter() - began)

    async def _head(self, path: str) -> tuple[str, asyncio.StreamReader]:
        if self._stream is None:
            self._stream = await asyncio.open_connection(self._host, self._port)
        incoming, outgoing = self._stream
        outgoing.write(f"GET {path} HTTP/1.1\r\nHost: {self._host}:{self._port}\r\n\r\n".encode())
        return (await incoming.readuntil(b"\r\n\r\n")).decode("latin-1").lower(), incoming


def beside(tile: tuple[int, int, int], box: list[float], chance: random.Random) -> tuple[int, int, int]:
    """Where a reader goes from a tile: a step aside, or another zoom."""
    grid = tms.get("WebMercatorQuad")
    if chance.random() < 0.15:
        zoom = chance.choice(ZOOMS)
        lon, lat = chance.uniform(box[0], box[2]), chance.uniform(box[1], box[3])
        found = grid.tile(lon, lat, zoom)
        return found.z, found.x, found.y
    zoom, x, y = tile
    northwest, southeast = grid.tile(box[0], box[3], zoom), grid.tile(box[2], box[1], zoom)
    x, y = x + chance.choice((-1, 0, 1)), y + chance.choice((-1, 0, 1))
    return zoom, min(max(x, northwest.x), southeast.x), min(max(y, northwest.y), southeast.y)


async def load(
    address: str, templates: dict[str, str], box: list[float], *, readers: int, seconds: float, pause: float
) -> dict[str, list[tuple[int, float]]]:
    """Kind -> status and milliseconds of each request."""
    seen: dict[str, list[tuple[int, float]]] = defaultdict(list)
    end = time.monotonic() + seconds

    async def reader(number: int) -> None:
        kind = list(templates)[number % len(templates)]
        chance = random.Random(number)  # noqa: S311 - not for secrets
        connection, tile = Reader(address), beside((12, 0, 0), box, chance)
        await asyncio.sleep(chance.uniform(0, ARRIVING_S))
        while time.monotonic() < end:
            tile = beside(tile, box, chance)
            path = templates[kind].format(z=tile[0], x=tile[1], y=tile[2])
            seen[kind].append(await connection.get(path))
            await asyncio.sleep(chance.expovariate(1 / pause) if pause else 0)

    async def probe() -> None:
        connection = Reader(address)
        await asyncio.sleep(0.5)  # until the readers themselves have begun
        while time.monotonic() < end:
            seen["livez"].append(await connection.get("/livez"))
            await asyncio.sleep(0.2)

    await asyncio.gather(probe(), *(reader(number) for number in range(readers)))
    return seen


def main() -> None:
    """Run, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=1.0)
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    shown = machine()
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "scene.tif"
        labels, box = scene(image)
        options = ("--imagery", f"scene={image}", "--workers", "2")
        with running_server(Path(folder), *options, environment=environment()) as address:
            part: dict[str, Any] = {"labels": labels, "bbox": box}
            _, finished = post(address, "/adapt", part)
            fewer = {**part, "labels": {**labels, "features": labels["features"][:-1]}}
            live, _ = post(address, "/adaptations", fewer)
            jobs = [
                post(
                    address,
                    "/adapt",
                    {"labels": {**labels, "features": labels["features"][n:]}},
                    prefer="respond-async",
                )[1]
                for n in (0, 1)
            ]
            while sum(_job(address, job)["status"] == "running" for job in jobs) < len(jobs):
                time.sleep(0.5)
            templates = {
                "finished": f"/tiles/{finished.rpartition('/')[2]}/{{z}}/{{x}}/{{y}}.png",
                "live": f"/tiles/{live['id']}/{{z}}/{{x}}/{{y}}.png?version={live['version']}",
            }
            seen = asyncio.run(
                load(address, templates, box, readers=given.readers, seconds=given.seconds, pause=given.pause)
            )
            states = [_job(address, job) for job in jobs]
    report(seen, given, shown, states)
    if given.json:
        given.json.write_text(
            json.dumps({"machine": shown, "arguments": vars(given), "seen": seen}, default=str)
        )


def _job(address: str, location: str) -> dict[str, Any]:
    with urlopen(address + urlsplit(location).path, timeout=30) as answer:  # noqa: S310 - http:// on loopback
        found: dict[str, Any] = json.load(answer)
    return found


def report(
    seen: dict[str, list[tuple[int, float]]],
    given: argparse.Namespace,
    shown: str,
    states: list[dict[str, Any]],
) -> None:
    """Percentiles, errors, and whether the maps were really being made."""
    print(f"{shown}; {given.readers} readers, {given.seconds:g} s, {given.pause:g} s between tiles\n")
    made = "; ".join(f"{state['status']}, {state['progress']} %" for state in states)
    print(f"maps under way at the end: {made}\n")
    print("| | requests | errors | median ms | 95 % ms | longest ms | limit |\n|---|---|---|---|---|---|---|")
    for kind, limit in LIMITS_MS.items():
        statuses, times = np.array([s for s, _ in seen[kind]]), np.array([t for _, t in seen[kind]])
        judged = "all" if kind == "livez" else "95 %"
        median, most, longest = np.percentile(times, [50, 95, 100])
        print(
            f"| {kind} | {len(times):,} | {int((statuses != 200).sum())} | {median:.0f} | {most:.0f} | {longest:.0f} "
            f"| {judged} < {limit} |"
        )


if __name__ == "__main__":
    main()
