"""A loopback HTTP server as tests hold it: a process on a free port that counts requests, and fails when told to."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import asdict
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from servers.serving import Request

if TYPE_CHECKING:
    from servers.faults import Fault


class ServerProcess:
    """Starts, dies with all its connections, starts again on the same port; a context manager.

    The counts of requests outlive its death; what was broken works when it comes back.
    """

    def __init__(self, responder: dict[str, Any]) -> None:
        self._responder = responder
        self._process: subprocess.Popen[str] | None = None
        self._port = 0
        self._lock = threading.Lock()
        self._earlier: list[Request] = []
        self._delay_s = 0.0

    @property
    def root(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> Self:
        """Answers when this returns; the port stays the same from the first start on."""
        assert self._process is None, "the server is running"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "servers.serving"], cwd=Path(__file__).parents[1],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._port = self._ask({"port": self._port, "responder": self._responder})
        self.delay_s = self._delay_s
        return self

    def stop(self) -> None:
        """Dies: connections that are open end at once, new ones are refused."""
        if self._process is None:
            return
        self._earlier = self.requests
        self.tell("die")
        process, self._process = self._process, None
        process.wait(10)
        process.stdin.close()
        process.stdout.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def break_(self, pattern: str, fault: Fault) -> None:
        """From now on this happens to paths that match; `/a/b.tif` is a path, `*.tif` a pattern."""
        self.tell("break", {"pattern": pattern, "fault": asdict(fault)})

    def mend(self) -> None:
        """Nothing goes wrong any more."""
        self.tell("mend")

    @property
    def struck(self) -> int:
        """Requests that something has happened to, since `mend`."""
        return int(self.tell("struck") or 0)

    @property
    def delay_s(self) -> float:
        """How long each answer takes: a server that is far away."""
        return self._delay_s

    @delay_s.setter
    def delay_s(self, seconds: float) -> None:
        self._delay_s = seconds
        self.tell("delay", seconds)

    @property
    def requests(self) -> list[Request]:
        """In the order in which they were answered."""
        return self._earlier + [Request(**seen) for seen in self.tell("requests") or ()]

    def count(self, pattern: str = "*") -> int:
        """Requests for paths that match."""
        return sum(fnmatchcase(request.path, pattern) for request in self.requests)

    def bytes_sent(self, pattern: str = "*") -> int:
        """In bodies of answers to paths that match."""
        return sum(request.sent for request in self.requests if fnmatchcase(request.path, pattern))

    def forget(self) -> None:
        """Counts from zero."""
        self._earlier = []
        self.tell("forget")

    def tell(self, name: str, value: Any = None) -> Any:
        """Says something to the process, and returns what it answers; None where it is dead."""
        return None if self._process is None else self._ask([name, value])

    def _ask(self, message: Any) -> Any:
        with self._lock:
            self._process.stdin.write(json.dumps(message) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the server process ended: {self._process.poll()}")
        return json.loads(answer)
