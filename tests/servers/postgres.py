"""A PostgreSQL server of the test's own, from the machine's packages, on a free port of the loopback interface."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from servers.surroundings import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

_START_S = 30.0


def programs() -> Path | None:
    """The folder of `initdb` and `postgres`: on the path, or where Debian has them; None where they are missing."""
    if found := shutil.which("initdb"):
        return Path(found).parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return versions[-1].parent if versions else None


@contextmanager
def postgresql() -> Iterator[str]:
    """SQLAlchemy's address of a new server; it is gone, with all its data, when the block ends."""
    found = programs()
    assert found is not None
    # PostgreSQL refuses to run as root, and its own user cannot see into pytest's folders.
    user = "postgres" if os.getuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="landshot-postgres-"))
    if user:
        os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    port = free_port()
    data = str(folder / "data")
    try:
        subprocess.run(
            [found / "initdb", "-D", data, "-A", "trust", "-U", "landshot", "--no-sync", "-E", "UTF8"],
            user=user, cwd=folder, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        with subprocess.Popen(
            [found / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder, "-F"],
            user=user, cwd=folder, stderr=subprocess.DEVNULL,
        ) as server:  # fmt: skip
            try:
                _wait_for(port)
                yield f"postgresql+psycopg://landshot@127.0.0.1:{port}/postgres"
            finally:
                server.terminate()
                server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(port: int) -> None:
    import psycopg  # noqa: PLC0415 - only where there is a server

    deadline = time.monotonic() + _START_S
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="landshot", dbname="postgres").close()
        except psycopg.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
        else:
            return
