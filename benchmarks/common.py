"""What the benchmarks share: the scene, the environment of both sides, the machine. Only the standard library.

A child's peak memory, as the kernel counts it, is never below that of the process that started it; so what starts
measured processes imports nothing large.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parents[1]
THREADS = (
    "OMP_NUM_THREADS",
    "OMP_WAIT_POLICY",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "GDAL_NUM_THREADS",
)
PACKAGES = ("torch", "scikit-learn", "numpy", "rasterio")
SIMULATE = (
    "import sys, pathlib; from app.bundled import bundled_scene; bundled_scene(pathlib.Path(sys.argv[1]))"
)


@dataclass(frozen=True, slots=True)
class Scene:
    """What both sides map."""

    title: str
    """As people read it; says so where the scene is simulated."""
    imagery: Path
    labels: Path
    """GeoJSON points."""


def data_folder() -> Path:
    """Where the labelled satellite data are: LANDSHOT_DATA, else ../shared/data beside the repository."""
    return Path(os.environ.get("LANDSHOT_DATA") or ROOT.parent / "shared" / "data").absolute()


@contextmanager
def scene() -> Iterator[Scene]:
    """The real scene where its files are there, else the simulated one that comes with Landshot."""
    folder = data_folder() / "eval" / "scenes" / "aberystwyth"
    real = Scene("Aberystwyth, Sentinel-2", folder / "image_utm.tif", folder / "labels_train.geojson")
    if real.imagery.is_file() and real.labels.is_file():
        yield real
        return
    with tempfile.TemporaryDirectory(prefix="landshot-bench-") as made:
        subprocess.run([sys.executable, "-c", SIMULATE, made], cwd=ROOT, check=True)
        simulated = Path(made) / "simulated"
        title = f"SIMULATED (the real scene is not in {data_folder()}; LANDSHOT_DATA says where it is)"
        yield Scene(title, simulated / "imagery.tif", simulated / "labels.geojson")


def environment() -> dict[str, str]:
    """Of both sides: the caller's, without what would configure Landshot; LANDSHOT_MODEL stays."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("LANDSHOT_") or name == "LANDSHOT_MODEL"
    }


def machine() -> str:
    """Cores, versions, thread settings and what else is running: what the figures depend on."""
    threads = [f"{name}={os.environ[name]}" for name in THREADS if name in os.environ]
    parts = [
        f"{len(os.sched_getaffinity(0))} cores ({_processor()})",
        f"load {os.getloadavg()[0]:.1f} at the start",
        f"Python {platform.python_version()}",
        *(f"{package} {version(package)}" for package in PACKAGES),
        f"both sides: {', '.join(threads) or 'no thread setting (OMP_NUM_THREADS and the like are not set)'}",
    ]
    if model := os.environ.get("LANDSHOT_MODEL"):
        parts.append(f"NOT the shipped weights: LANDSHOT_MODEL={model}")
    return "machine: " + "; ".join(parts)


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Median, and the range."""
    return f"{median(values):.{digits}f} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Pair by pair: the two of a pair ran one after the other, so that a slow minute hits both."""
    return [a / b for a, b in zip(ours, theirs, strict=True)]


def verdict(value: float, limit: float, unit: str = "") -> str:
    """Whether a limit is kept."""
    return f"{'within' if value <= limit else 'OVER'} {limit:g}{unit}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
