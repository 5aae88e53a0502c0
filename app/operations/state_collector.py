"""What is looked up when Prometheus asks: queue, workers, jobs that ended, disk, GPUs."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Final

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from app.database.connection import DatabaseError
from app.operations.device import gpus
from app.operations.disk import free_bytes
from app.operations.ended_jobs import EndedJobs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client import Metric

    from app.database.connection import Database
    from app.operations.device import Gpu
    from app.operations.queue_state import QueueWatch
    from app.settings import Settings

GPUS_KEPT_S: Final = 10.0


class StateCollector(Collector):
    """To be registered with an application's registry; a part that cannot be looked up is left out."""

    def __init__(self, settings: Settings, database: Database, queue: QueueWatch) -> None:
        """Nothing is looked up yet."""
        self._settings = settings
        self._queue = queue
        self._ended = EndedJobs(database)
        self._lock = threading.Lock()
        self._gpus: tuple[Gpu, ...] = ()
        self._gpus_asked = float("-inf")

    def collect(self) -> Iterator[Metric]:
        """All of it, now."""
        try:
            found = [*self._of_queue(), *self._ended.metrics()]
        except DatabaseError:
            found = []
        yield GaugeMetricFamily("landshot_database_up", "Whether the database answers.", value=bool(found))
        yield from found
        yield from self._of_disk()
        yield from self._of_gpus()

    def _of_queue(self) -> Iterator[Metric]:
        state = self._queue.now()
        jobs = GaugeMetricFamily("landshot_jobs", "Jobs that are remembered.", labels=["status"])
        for status, count in state.by_status.items():
            jobs.add_metric([status], count)
        yield jobs
        workers = GaugeMetricFamily(
            "landshot_workers", "Workers seen in the last 30 seconds.", labels=["state", "device"]
        )
        for labels, count in Counter((worker.state, worker.device) for worker in state.workers).items():
            workers.add_metric(list(labels), count)
        yield workers

    def _of_disk(self) -> Iterator[Metric]:
        least = self._settings.min_free_bytes
        yield GaugeMetricFamily("landshot_disk_needed_bytes", "Jobs pause below this.", value=least)
        try:
            free = free_bytes(self._settings.data_dir)
        except OSError:
            return
        yield GaugeMetricFamily("landshot_disk_free_bytes", "Room for the data folder.", value=free)

    def _of_gpus(self) -> Iterator[Metric]:
        with self._lock:
            if time.monotonic() - self._gpus_asked >= GPUS_KEPT_S:
                self._gpus, self._gpus_asked = gpus(), time.monotonic()
            found = self._gpus
        if not found:
            return
        used = GaugeMetricFamily(
            "landshot_device_memory_used_bytes", "Memory of a GPU that is taken.", labels=["device"]
        )
        whole = GaugeMetricFamily("landshot_device_memory_bytes", "Memory of a GPU.", labels=["device"])
        for gpu in found:
            used.add_metric([f"cuda:{gpu.index}"], gpu.used_bytes)
            whole.add_metric([f"cuda:{gpu.index}"], gpu.total_bytes)
        yield used
        yield whole
