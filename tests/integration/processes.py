"""Landshot as a process of its own, as its users run it."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from servers.surroundings import environment

if TYPE_CHECKING:
    from pathlib import Path

MAP_FILES = ["map.json", "map.tif", "map.tif.aux.xml", "map_confidence.tif"]


@dataclass(frozen=True)
class Server:
    url: str
    data_dir: Path
    process: subprocess.Popen


@contextmanager
def running_server(data_dir: Path, *options: str, **settings: object):
    """A real server on a free port of the loopback interface; it is gone when the block ends.

    Args:
        data_dir: for its maps and its log.
        options: of `landshot serve`.
        settings: whatever has no option, as `app.settings.Settings` calls it.
    """
    variables = environment() | {f"LANDSHOT_{name.upper()}": str(value) for name, value in settings.items()}
    command = [sys.executable, "-m", "app", "serve", "--port", "0", "--data-dir", str(data_dir), *options]
    log = data_dir / "server.log"
    data_dir.mkdir(parents=True, exist_ok=True)
    with (
        log.open("w") as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=variables) as process,
    ):
        try:
            address = next(
                (line.split()[2] for line in process.stdout if line.startswith("Landshot on")), None
            )
            assert address, log.read_text()
            yield Server(address, data_dir, process)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                raise
