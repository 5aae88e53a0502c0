"""Large simulated regions: peak memory, wall time, and whether reading and predicting overlap.

    python -m benchmarks.streaming [--megapixels 25,100] [--source simulated] [--dates 3] [--memory-bytes N]
                                   [--delay 0.05]

Every figure is of a process of its own. `simulated` computes its pixels; `catalogue` writes a STAC catalogue of that
size to disk, serves it on loopback, and reads it like any other: 100 Mpx take some ten gigabytes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.common import ROOT, environment, machine, verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_MEMORY_MB = 2000
MOST_MEMORY_RATIO = 1.1
MOST_TIME_PER_PIXEL = 1.15
MOST_OF_THE_LARGER = 1.25
MODES = ("both", "reading", "predicting")
CATALOGUE_BANDS = ["B02", "B03", "B04", "B08"]


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one process."""

    pixels: int
    mapping_s: float
    """Streaming the region: reading, predicting, or both."""
    whole_s: float
    """From start to end of the process."""
    peak_mb: float


def child(mode: str, side: int, folder: Path, options: argparse.Namespace) -> tuple[str, float, float]:
    """Run a mode in a process of its own: what it said, its seconds, and its peak memory in 10^6 bytes.

    Raises:
        RuntimeError: it failed; says what it said.
    """
    command = [
        *(sys.executable, "-m", "benchmarks.streaming", "--one", mode, "--side", str(side)),
        *("--folder", str(folder), "--dates", str(options.dates), "--source", options.source),
        *("--memory-bytes", str(options.memory_bytes)),
    ]
    with tempfile.TemporaryFile("w+") as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdout=said, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{text}")
    return text, seconds, usage.ru_maxrss * 1024 / 1e6


def measured(mode: str, side: int, folder: Path, options: argparse.Namespace) -> Figures:
    """The figures of a mode."""
    text, seconds, peak_mb = child(mode, side, folder, options)
    return Figures(side * side, json.loads(text.splitlines()[-1])["mapping_s"], seconds, peak_mb)


def one(options: argparse.Namespace) -> float:
    """Seconds that streaming a region takes, in this process."""
    from benchmarks import streaming_runs as runs  # noqa: PLC0415 - torch; not in the process that measures

    folder = Path(options.folder)
    if options.one == "write":
        runs.write_request(folder, options.side, options.dates, CATALOGUE_BANDS)
        return 0.0
    if options.source == "simulated":
        region = runs.simulated_region(options.side, options.dates)
    else:
        region = runs.catalogue_region(folder, options.memory_bytes)
    return runs.seconds(options.one, region, folder, options.memory_bytes)


@contextmanager
def served_catalogue(folder: Path, side: int, options: argparse.Namespace) -> Iterator[None]:
    """A catalogue of this size, running; what to ask of it stands in `folder`."""
    sys.path.append(str(ROOT / "tests"))
    from servers.stac_service import StacService  # noqa: PLC0415

    child("write", side, folder, options)
    with StacService(folder / "catalogue") as service:
        (folder / "url").write_text(service.url)
        service.files.delay_s = options.delay
        yield


def rows(options: argparse.Namespace) -> Iterator[dict[str, Figures]]:
    """All modes of each size."""
    for megapixels in (float(text) for text in options.megapixels.split(",")):
        side = round((megapixels * 1e6) ** 0.5)
        with tempfile.TemporaryDirectory(prefix="landshot-bench-", dir=options.disk) as made:
            folder = Path(made)
            service = (
                nullcontext() if options.source == "simulated" else served_catalogue(folder, side, options)
            )
            with service:
                yield {mode: measured(mode, side, folder, options) for mode in MODES}


def main() -> None:
    """Run, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--megapixels", default="25,100", help="sizes of square regions (default 25,100)")
    parser.add_argument("--source", choices=["simulated", "catalogue"], default="simulated")
    parser.add_argument("--dates", type=int, default=3, help="dates of the cube (default 3)")
    parser.add_argument("--memory-bytes", type=int, default=1_000_000_000)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds that each file request takes")
    parser.add_argument("--disk", help="where regions and maps are written meanwhile")
    parser.add_argument("--one", choices=[*MODES, "write"], help=argparse.SUPPRESS)
    parser.add_argument("--side", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        print(json.dumps({"mapping_s": one(options)}))
        return
    print(f"### Streaming, {options.source}, {options.dates} dates, {options.memory_bytes / 1e6:.0f} MB\n")
    print(
        "| Mpx | both, s | reading alone, s | predicting alone, s | both / the larger | peak memory, MB | whole, s |"
    )
    print("|---|---|---|---|---|---|---|", flush=True)
    found = []
    for row in rows(options):
        found.append(row["both"])
        larger = max(row["reading"].mapping_s, row["predicting"].mapping_s)
        share = row["both"].mapping_s / larger
        print(
            f"| {row['both'].pixels / 1e6:.1f} | {row['both'].mapping_s:.1f} | {row['reading'].mapping_s:.1f} "
            f"| {row['predicting'].mapping_s:.1f} | {share:.2f}: {verdict(share, MOST_OF_THE_LARGER)} "
            f"| {row['both'].peak_mb:.0f}: {verdict(row['both'].peak_mb, MOST_MEMORY_MB)} "
            f"| {row['both'].whole_s:.1f} |",
            flush=True,
        )
    if len(found) > 1:
        first, last = found[0], found[-1]
        memory = last.peak_mb / first.peak_mb
        growth = (last.mapping_s / first.mapping_s) / (last.pixels / first.pixels)
        print(f"\npeak memory, largest / smallest: {memory:.3f}: {verdict(memory, MOST_MEMORY_RATIO)}")
        print(f"time per pixel, largest / smallest: {growth:.3f}: {verdict(growth, MOST_TIME_PER_PIXEL)}")
    print(f"\n{machine()}")


if __name__ == "__main__":
    main()
