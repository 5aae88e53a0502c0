"""A server that a test may stop and start again on the same port, as an operator would."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Self
from urllib.error import URLError
from urllib.request import urlopen

from servers.surroundings import environment, free_port

if TYPE_CHECKING:
    from pathlib import Path

START_S, STOP_S = 150.0, 60.0


def options_of(**scenes: Path) -> list[str]:
    """Of `landshot serve`."""
    return [f"--imagery={name}={path}" for name, path in scenes.items()]


class RestartableServer:
    """`landshot serve` on a port of its own; a context manager."""

    def __init__(self, data_dir: Path, *options: str, settings: dict[str, str] | None = None) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._options = options
        self._settings = settings or {}
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process:
            self.stop()

    def start(self) -> None:
        """And wait until it can make maps."""
        log = (self.data_dir / "server.log").open("ab")
        command = [sys.executable, "-m", "app", "serve", f"--port={self.port}", f"--data-dir={self.data_dir}"]
        with log:
            self._process = subprocess.Popen(
                [*command, *self._options], stdout=log, stderr=log, env=environment() | self._settings
            )
        deadline = time.monotonic() + START_S
        while True:
            try:
                with urlopen(f"{self.url}/readyz", timeout=5):  # noqa: S310 - http on the loopback interface
                    return
            except (URLError, OSError):
                said = (self.data_dir / "server.log").read_text(errors="replace")
                assert self._process.poll() is None, said
                assert time.monotonic() < deadline, said
                time.sleep(0.1)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        assert self._process
        self._process.send_signal(how)
        self._process.wait(timeout=STOP_S)
        self._process = None
