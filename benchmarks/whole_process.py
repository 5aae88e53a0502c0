"""`landshot adapt` against forest.py as whole processes in turn: start-up, reading and writing included.

python -m benchmarks.whole_process [--pairs 7]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.common import ROOT, Scene, environment, machine, ratios, scene, spread, verdict

WARM_UPS = 1
"""Pairs that are not counted: they fill the page cache and write the byte code of both sides."""
MOST_WALL_RATIO = 1.5
MOST_MEMORY_MB = 1200


@dataclass(frozen=True, slots=True)
class Run:
    """One process, from start to end."""

    seconds: float
    """Wall time."""
    memory_mb: float
    """Peak resident set, in 10^6 bytes."""


def measured(command: list[str]) -> Run:
    """Run a command to its end.

    Raises:
        RuntimeError: it failed; says what it said.
    """
    with tempfile.TemporaryFile("w+") as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment(), stdout=said, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said.read()}")
    return Run(seconds, usage.ru_maxrss * 1024 / 1e6)


def compare(mapped: Scene, pairs: int) -> tuple[list[Run], list[Run]]:
    """Runs of Landshot and of the forest, in turn."""
    with tempfile.TemporaryDirectory(prefix="landshot-bench-") as folder:
        ours = [
            *(str(Path(sys.executable).with_name("landshot")), "adapt"),
            *("--imagery", str(mapped.imagery), "--labels", str(mapped.labels)),
            *("--output", f"{folder}/landshot.tif"),
        ]
        script = str(ROOT / "benchmarks" / "forest.py")
        forest = [sys.executable, script, str(mapped.imagery), str(mapped.labels), f"{folder}/forest.tif"]
        runs = [(measured(ours), measured(forest)) for _ in range(WARM_UPS + pairs)][WARM_UPS:]
    return [a for a, _ in runs], [b for _, b in runs]


def main() -> None:
    """Run, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pairs", type=int, default=7)
    pairs = parser.parse_args().pairs
    about = machine()
    with scene() as mapped:
        ours, forest = compare(mapped, pairs)
    wall = ratios([run.seconds for run in ours], [run.seconds for run in forest])
    peak = max(run.memory_mb for run in ours)
    print(f"### Whole process, start-up and writing included: {mapped.title}; {pairs} pairs in turn\n")
    print("| | wall time, s: median (range) | peak memory, MB: largest |\n|---|---|---|")
    for name, runs in (("`landshot adapt`", ours), ("random forest script", forest)):
        print(f"| {name} | {spread([r.seconds for r in runs])} | {max(r.memory_mb for r in runs):.0f} |")
    print(
        f"| ratio, pair by pair | {spread(wall)}: {verdict(median(wall), MOST_WALL_RATIO)} "
        f"| {verdict(peak, MOST_MEMORY_MB, ' MB')} |"
    )
    print(f"\n{about}")


if __name__ == "__main__":
    main()
