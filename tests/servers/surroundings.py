"""Where a server under test runs: on a free port, with nothing of the developer's own settings."""

from __future__ import annotations

import os
import socket


def free_port() -> int:
    """Of the loopback interface; for servers that cannot choose one themselves, or have to come back on it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment() -> dict[str, str]:
    """Nothing of the developer's own settings reaches the server under test, but another model may."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LANDSHOT_")}
    if model := os.environ.get("LANDSHOT_MODEL"):
        kept["LANDSHOT_MODEL"] = model
    return kept
