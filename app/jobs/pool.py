"""The workers of a server: started with its first job, started again where one dies, ended with the server."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from app.database.connection import DatabaseError
from app.jobs.leases import Leases
from app.jobs.worker import new_name

if TYPE_CHECKING:
    from app.database.connection import Database
    from app.settings import Settings

GRACE_S: Final = 30.0
"""For the tile in hand, when the server ends."""

_LOOK_EVERY_S: Final = 0.5
_LONGEST_PAUSE_S: Final = 10.0
_SETTLED_S: Final = 3.0
"""A worker that lived longer did not die of its own start."""

log = logging.getLogger("landshot")


class WorkerPool:
    """`settings.workers` processes, spawned, each with its own model; other servers may have more."""

    def __init__(self, settings: Settings, database: Database) -> None:
        """Nothing runs before there is something to do."""
        self._settings = settings
        self._database = database
        self._stop = threading.Event()
        self._wanted = threading.Event()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._begun: dict[str, float] = {}
        self._quick_deaths = 0
        self._thread = threading.Thread(target=self._look_after, name="landshot-workers", daemon=True)

    def start(self) -> None:
        """Begin to look for jobs, those that an earlier server has left among them."""
        self._thread.start()

    def wake(self) -> None:
        """There is a job."""
        self._wanted.set()

    def stop(self) -> None:
        """Let the workers finish the tile in hand, and hand the rest back."""
        self._stop.set()
        self._wanted.set()
        if self._thread.is_alive():
            self._thread.join()
        for process in self._processes.values():
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + GRACE_S
        for name, process in self._processes.items():
            try:
                process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            self._free(name)

    def _look_after(self) -> None:
        leases = Leases(self._database, "", lambda _owner: 0)
        while not self._stop.is_set():
            try:
                if self._processes or self._wanted.is_set() or leases.is_anything_waiting():
                    self._fill_up()
            except (DatabaseError, OSError) as error:
                log.error("workers: %s", error)  # noqa: TRY400 - what is missing may come back
            if self._processes:
                self._stop.wait(_LOOK_EVERY_S)
            else:
                self._wanted.wait(_LOOK_EVERY_S)

    def _fill_up(self) -> None:
        for name, process in list(self._processes.items()):
            if process.poll() is not None:
                del self._processes[name]
                lived = time.monotonic() - self._begun.pop(name)
                log.warning("worker %s has ended (%s); another one takes its place", name, process.returncode)
                self._free(name)
                # One that dies at once, again and again, must not take the whole machine.
                self._quick_deaths = self._quick_deaths + 1 if lived < _SETTLED_S else 0
                self._stop.wait(min(0.1 * 2**self._quick_deaths - 0.1, _LONGEST_PAUSE_S))
        while len(self._processes) < self._settings.workers and not self._stop.is_set():
            name = new_name()
            self._begun[name] = time.monotonic()
            self._processes[name] = self._started(name)

    def _started(self, name: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "app.jobs.worker", name]
        process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 - our own command
        assert process.stdin is not None
        # The pipe stays open as long as this server lives: its end is how a worker learns of the server's.
        process.stdin.write(self._settings.model_dump_json(exclude={"signing_secret"}).encode() + b"\n")
        process.stdin.flush()
        return process

    def _free(self, name: str) -> None:
        try:
            Leases(self._database, name, lambda _owner: 0).leave()
        except DatabaseError:
            log.warning("workers: what %s had goes back when its lease ends", name)
