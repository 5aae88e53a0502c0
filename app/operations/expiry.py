"""What a server removes by itself: maps that nobody asks for, jobs long over, and what they left behind."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete

from app.database.tables import idempotency, jobs, workers
from app.jobs.job import UNDER_WAY
from app.operations.old_maps import remove_old_maps
from app.operations.removal import finish_removals
from app.operations.stray_workspaces import remove_stray_workspaces
from geodata.errors import LandshotError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from app.database.connection import Database
    from app.settings import Settings
    from app.store import MapStore

SWEEP_EVERY_S: Final = 600.0
KEEP_JOBS_S: Final = 30 * 86_400.0
"""How long a job that is over can be looked up."""

KEEP_IDEMPOTENCY_S: Final = 86_400.0
"""How long a repeated request finds the first one's job."""

KEEP_WORKERS_S: Final = 3600.0
"""After it was last seen; each start of a process has another name."""

log = logging.getLogger("landshot")


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep removed."""

    maps: int = 0
    jobs: int = 0
    workspaces: int = 0

    def __bool__(self) -> bool:
        return bool(self.maps or self.jobs or self.workspaces)


class Expiry:
    """Sweeps at the start and every ten minutes; several servers may sweep one data folder at a time."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        store: MapStore,
        *,
        tell_cache_bytes: Callable[[int], object] = lambda _bytes: None,
    ) -> None:
        """Nothing is removed yet.

        Args:
            settings: `keep_maps_days` is None where maps are kept for good.
            database: of the server.
            store: of its maps.
            tell_cache_bytes: is told, at each sweep, what the cache of imagery takes.
        """
        self._settings = settings
        self._database = database
        self._store = store
        self._tell_cache_bytes = tell_cache_bytes
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Sweep from now on, in a thread."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="landshot-expiry", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Begin no other sweep; one that is under way is left to the next start."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=5.0)

    def sweep_once(self) -> Swept:
        """Remove what is due.

        Raises:
            DatabaseError: it does not answer.
            OSError: a folder cannot be looked at.
        """
        now = time.time()
        data_dir, keep_days = self._settings.data_dir, self._settings.keep_maps_days
        self._store.sweep()
        maps = 0
        if keep_days is not None:
            oldest = now - keep_days * 86_400
            maps = remove_old_maps(self._database, self._store, oldest, self._stopping)
        forgotten = self._forget_rows(now)
        workspaces = remove_stray_workspaces(self._database, data_dir / "jobs", now)
        finish_removals(self._store.folder)
        finish_removals(data_dir / "jobs")
        self._tell_cache_bytes(_bytes_below(self._settings.cache_dir or data_dir / "cache"))
        return Swept(maps, forgotten, workspaces)

    def _forget_rows(self, now: float) -> int:
        with self._database.writing() as connection:
            connection.execute(delete(idempotency).where(idempotency.c.created < now - KEEP_IDEMPOTENCY_S))
            connection.execute(delete(workers).where(workers.c.seen < now - KEEP_WORKERS_S))
            over = jobs.c.status.not_in(UNDER_WAY), jobs.c.finished < now - KEEP_JOBS_S
            return connection.execute(delete(jobs).where(*over)).rowcount

    def _run(self) -> None:
        while True:
            try:
                if swept := self.sweep_once():
                    log.info("%d maps, %d jobs and %d workspaces were due and are removed", *_counts(swept))
            except (LandshotError, OSError) as error:
                log.warning("nothing could be removed: %s", error)
            except Exception:
                log.exception("a sweep failed")  # and the next one may not
            if self._stopping.wait(SWEEP_EVERY_S):
                return


def _counts(swept: Swept) -> tuple[int, int, int]:
    return swept.maps, swept.jobs, swept.workspaces


def _bytes_below(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_size if path.is_file() else 0
        except OSError:  # it is gone meanwhile
            continue
    return total
