"""The server does what its OpenAPI document says, and reads any labels: small runs of the benchmarks of that."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from servers.surroundings import environment

ROOT = Path(__file__).parents[2]


def run(name: str, *options: str) -> str:
    command = [sys.executable, "-m", f"benchmarks.{name}", *options]
    variables = environment() | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=250, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_server_keeps_to_its_openapi_document():
    said = run("api_conformance", "--open-only", "--examples", "2", "--phases", "examples,coverage,stateful")
    assert int(re.search(r"open: ([\d,]+) cases", said)[1].replace(",", "")) > 1500


def test_no_labels_crash_the_server_or_hold_it_up():
    said = run("fuzz_labels", "--inputs", "500", "--http", "40", "--slowest", "30")
    assert "500 inputs, 0 failures" in said
    assert int(re.search(r"read: ([\d,]+) accepted", said)[1].replace(",", "")) > 50
