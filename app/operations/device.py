"""What the GPUs of this machine hold, asked without CUDA: a context would take hundreds of megabytes of each."""

from __future__ import annotations

import csv
import shutil
import subprocess
from dataclasses import dataclass
from typing import Final

_TIMEOUT_S: Final = 5.0
_FIELDS: Final = "index,name,memory.used,memory.total"


@dataclass(frozen=True, slots=True)
class Gpu:
    """One GPU; bytes are of its own memory, of all processes together."""

    index: int
    name: str
    used_bytes: int
    total_bytes: int


def gpus() -> tuple[Gpu, ...]:
    """The GPUs that NVIDIA's driver shows; none where there is no driver, or it does not answer."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    command = [tool, f"--query-gpu={_FIELDS}", "--format=csv,noheader,nounits"]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command
            command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=True
        )
        return parse_gpus(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return ()


def parse_gpus(text: str) -> tuple[Gpu, ...]:
    """What `nvidia-smi` prints for `index,name,memory.used,memory.total`, the last two in MiB.

    Raises:
        ValueError: it prints something else.
    """
    rows = csv.reader(text.splitlines(), skipinitialspace=True)
    return tuple(
        Gpu(int(index), name, int(used) * 2**20, int(total) * 2**20) for index, name, used, total in rows
    )
