"""A server as a process of its own on a free port of the loopback interface, for the demo and the benchmarks."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.error import HTTPError
from urllib.request import urlopen

from geodata.errors import LandshotError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

START_TIMEOUT_S = 120.0
STOP_TIMEOUT_S = 15.0


class ServerStartError(LandshotError):
    """A server that ended, or did not get ready."""

    code = "server-did-not-start"
    title = "The server did not start"
    users_to_mend = False


@contextmanager
def running_server(
    data_dir: Path, *options: str, environment: Mapping[str, str] | None = None
) -> Iterator[str]:
    """Yields the server's address once it is ready, and stops it at the end.

    Args:
        data_dir: an existing folder for its maps, and for what it says (`server.log`).
        options: of `landshot serve`.
        environment: of the process; the caller's when None.

    Raises:
        ServerStartError: it did not start, or never got ready; says what it said.
    """
    command = [sys.executable, "-m", "app", "serve", "--port", "0", "--data-dir", str(data_dir), *options]
    log = data_dir / "server.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(  # noqa: S603 - our own command
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment
        ) as process,
    ):
        try:
            yield _ready_address(process, log)
        finally:
            process.terminate()
            try:
                process.wait(timeout=STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                process.kill()


def _ready_address(process: subprocess.Popen[str], log: Path) -> str:
    """The address that the server announces, after /readyz has agreed."""
    lines = process.stdout or ()
    address = next((line.split()[2] for line in lines if line.startswith("Landshot on ")), None)
    if address is None:
        raise ServerStartError(f"the server did not start: {_said(log)}")
    deadline = time.monotonic() + START_TIMEOUT_S
    while True:
        try:
            with urlopen(f"{address}/readyz", timeout=10.0):  # noqa: S310 - http:// on the loopback interface
                return address
        except OSError as error:  # refused, timed out, or answered with 503
            if time.monotonic() > deadline or process.poll() is not None:
                answer = error.read().decode(errors="replace") if isinstance(error, HTTPError) else error
                raise ServerStartError(f"the server is not ready: {answer}; {_said(log)}") from None
            time.sleep(0.1)


def _said(log: Path) -> str:
    return log.read_text("utf-8").strip() or "it said nothing"
