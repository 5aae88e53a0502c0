"""Every benchmark, each in a process of its own: `make bench`, or `python -m benchmarks [--learning]`."""

from __future__ import annotations

import argparse
import subprocess
import sys

from benchmarks.common import ROOT, data_folder


def main() -> int:
    """Run them one after the other; the exit code is 1 where one failed to run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--pairs", type=int, default=7, help="whole processes of each side (default 7)")
    parser.add_argument("--requests", type=int, default=11, help="requests to the warm server (default 11)")
    parser.add_argument(
        "--learning",
        action="store_true",
        help="also what meta-training brings, against training from scratch, with bad labels, and on the dates of a "
        "year (many minutes)",
    )
    options = parser.parse_args()
    runs = [
        ["-m", "benchmarks.whole_process", "--pairs", str(options.pairs)],
        ["-m", "benchmarks.warm_request", "--requests", str(options.requests)],
    ]
    real = data_folder() / "eval"
    found = any(real.glob("*.npz"))
    if found:
        runs.append(["-m", "benchmarks.prediction_speed", "--pairs", str(options.pairs)])
    else:
        print(f"no pixel files in {real}, so what needs them is left out; LANDSHOT_DATA says where they are")
    if options.learning:
        runs.append(["benchmarks/meta_batch.py"])
        runs.append(["benchmarks/meta_against_scratch.py", *(["--real", str(real)] if found else [])])
        if found:
            runs.append(["-m", "benchmarks.robustness", "--tasks", str(real)])
        if (real / "scenes" / "flanders_b424a").is_dir():
            runs.append(["-m", "benchmarks.flanders_steps"])
    failed = 0
    for run in runs:
        failed |= subprocess.run([sys.executable, *run], cwd=ROOT, check=False).returncode
        print(flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
