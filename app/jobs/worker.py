"""A process that makes maps of jobs, one at a time; it owns the model, and no request waits for it.

landshot worker                 with the settings of the environment, beside a server elsewhere
python -m app.jobs.worker ID    as `app.jobs.pool` starts it: settings as JSON in the first line of standard input;
                                it ends when standard input does, so that it never outlives its server
"""

from __future__ import annotations

import logging
import os
import secrets
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Final

from structlog.contextvars import bound_contextvars

from app.adaptations.store import AdaptationStore
from app.database.connection import Database, DatabaseError
from app.errors import InternalError
from app.jobs.leases import LEASE_S, Leases
from app.jobs.progress import JobProgress
from app.jobs.quotas import Quotas
from app.jobs.runner import JobRunner
from app.keys.ownership import claim_map
from app.operations.disk import shortage
from app.operations.logs import configure_logging
from app.operations.tracing import span, traced
from app.settings import Settings
from app.sources.opening import open_sources
from app.store import MapStore

if TYPE_CHECKING:
    from app.adaptations.version import NewVersion
    from app.jobs.job import Job
    from model.checkpoint import Initialization

POLL_S: Final = 0.2
"""How often an idle worker looks for a job."""

HEARTBEAT_S: Final = 0.5
"""How often a busy one says that it is alive, and asks whether it should go on."""

PATIENCE_S: Final = 1.0
"""For a tile that is under way when its job is cancelled; then the process ends, and another takes its place."""

REPORT_S: Final = 10.0

PAUSE_S: Final = 1.0
"""How often a paused one looks whether the disk has room again."""

STUCK: Final = 70
"""Exit code of a worker that could not end otherwise."""

log = logging.getLogger("landshot")


class Worker:
    """Claims jobs and makes their maps until it is told to end."""

    def __init__(self, settings: Settings, name: str) -> None:
        """Nothing is claimed yet.

        Raises:
            LandshotError: database or imagery cannot be opened.
        """
        self.settings = settings
        self.stop = threading.Event()
        self._database = Database.open(settings.database, settings.data_dir)
        self._adaptations = AdaptationStore(self._database)
        self._leases = Leases(self._database, name, Quotas(self._database, settings, "max_running_jobs"))
        self._model: Initialization | None = None
        self._loading = threading.Lock()
        self._said = ("", 0.0)
        self._runner = JobRunner(
            settings=settings,
            sources=open_sources(settings),
            maps=MapStore(settings.data_dir / "maps"),
            leases=self._leases,
            model=self.model,
            stopping=lambda: self.stop.is_set() or self._shortage() is not None,
            find_adaptation=self._find_adaptation,
            keep_adaptation=self._keep_adaptation,
            claim_map=lambda map_id, owner: claim_map(self._database, owner, map_id),
        )

    def model(self) -> Initialization:
        """The initialization, loaded when it is first needed."""
        from app.learner import load_learner, warm_up  # noqa: PLC0415 - torch

        with self._loading:
            if self._model is None:
                self._model = load_learner(self.settings.model)
                warm_up(self._model)
            return self._model

    def work(self) -> None:
        """Until `stop` is set; a database that does not answer for a while is waited for."""
        self.model()
        while not self.stop.is_set():
            try:
                if reason := self._shortage():
                    self._say("paused", reason)
                    self.stop.wait(PAUSE_S)
                    continue
                job = self._leases.claim() if self._leases.is_anything_waiting() else None
                if job is None:
                    self._say("idle")
                    self.stop.wait(POLL_S)
                    continue
                self._say("busy")
                self._run(job)
            except DatabaseError as error:
                log.error("worker: %s", error)  # noqa: TRY400 - the database is away, and comes back
                self.stop.wait(2.0)
        try:
            self._leases.leave()
        except DatabaseError:
            log.warning("worker: the database is away; its jobs go back when their leases end")

    def _run(self, job: Job) -> None:
        progress = JobProgress(lambda stage, message: self._leases.tell(job.id, stage=stage, message=message))
        over = threading.Event()
        watcher = threading.Thread(target=self._watch, args=(job, progress, over), daemon=True)
        watcher.start()
        try:
            with bound_contextvars(job=job.id), span("job"):
                self._runner.run(job, progress)
        finally:
            over.set()
            watcher.join()

    def _watch(self, job: Job, progress: JobProgress, over: threading.Event) -> None:
        """Keep the lease; end a job, and with it the process, that cannot be ended otherwise."""
        extended = time.monotonic()
        while not over.wait(HEARTBEAT_S):
            try:
                ours = self._leases.extend(job.id)
                extended = time.monotonic()
            except DatabaseError:
                ours = time.monotonic() - extended < LEASE_S
            if not ours:
                if not over.wait(PATIENCE_S):
                    _end_at_once()
                return
            if time.monotonic() - progress.moved > self.settings.tile_timeout_s:
                limit = f"{self.settings.tile_timeout_s:g} s (LANDSHOT_TILE_TIMEOUT_S)"
                self._runner.fail(job, InternalError(f"a tile took longer than {limit}"))
                _end_at_once()

    def _shortage(self) -> str | None:
        return shortage(self.settings.data_dir, self.settings.min_free_bytes)

    def _say(self, state: str, reason: str = "") -> None:
        """At each change of the state, and now and then that it is still so."""
        said, when = self._said
        if state != said or time.monotonic() - when > REPORT_S:
            self._said = (state, time.monotonic())
            self._leases.report("cpu", state, reason)

    def _find_adaptation(self, job: Job, map_id: str) -> bool:
        kept = self._adaptations.at_head(job.owner, map_id)
        if kept is not None:
            self._leases.adapted(job.id, kept.adaptation_id, kept.number)
        return kept is not None

    def _keep_adaptation(self, job: Job, new: NewVersion) -> None:
        kept = self._adaptations.keep(job.owner, new)
        self._leases.adapted(job.id, kept.adaptation_id, kept.number)


def new_name() -> str:
    """Unlike any other worker's."""
    return f"worker-{secrets.token_hex(6)}"


def run_worker(settings: Settings, name: str, *, ends_with_input: bool) -> None:
    """Work until SIGTERM or SIGINT; the tile in hand is finished, and the rest of the job handed back.

    Args:
        settings: of the server.
        name: of the worker, unlike any other's.
        ends_with_input: end when standard input does.
    """
    os.nice(15)  # whoever waits for an answer comes before those who wait for a map
    worker = Worker(settings, name)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop.set())
    if ends_with_input:
        threading.Thread(target=_until_input_ends, args=(worker.stop,), daemon=True).start()
    with traced():
        worker.work()


def _until_input_ends(stop: threading.Event) -> None:
    # Not `sys.stdin`: its lock, held here, would keep the interpreter from ending.
    while os.read(sys.stdin.fileno(), 4096):
        pass
    stop.set()


def _end_at_once() -> None:
    """Without waiting for threads that hang in GDAL or in the network; leases and files are made for that."""
    logging.shutdown()
    os._exit(STUCK)


def main(arguments: list[str]) -> None:
    """As started by `app.jobs.pool`."""
    settings = Settings.model_validate_json(sys.stdin.buffer.readline())
    configure_logging(settings)
    run_worker(settings, arguments[0], ends_with_input=True)


if __name__ == "__main__":
    main(sys.argv[1:])
