"""What a server needs, and how each part is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.operations.disk import free_bytes, shortage
from app.operations.readiness import PAUSED, READY, Part

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.operations.queue_state import QueueWatch, WorkerState
    from app.service import Service

CPU = "cpu"


def checks_of(service: Service, queue: QueueWatch) -> Mapping[str, Callable[[], Part]]:
    """Name of a part -> a look at it."""
    return {
        "database": lambda: _database(service),
        "storage": lambda: _storage(service),
        "model": lambda: Part(service.state()["model"]),
        "imagery": lambda: Part(service.state()["imagery"]),
        "device": lambda: _device(queue),
        "queue": lambda: _queue(queue),
    }


def _database(service: Service) -> Part:
    with service.database.reading():
        return Part()


def _storage(service: Service) -> Part:
    settings = service.settings
    if not service.store.is_writable():
        return Part("the data folder cannot be written to")
    details = {"free_bytes": free_bytes(settings.data_dir), "min_free_bytes": settings.min_free_bytes}
    reason = shortage(settings.data_dir, settings.min_free_bytes)
    return Part(READY if reason is None else PAUSED + reason, details)


def _device(queue: QueueWatch) -> Part:
    """Where maps are computed, as the workers say; the processes of requests use the CPU, and never ask CUDA."""
    devices = sorted({worker.device for worker in queue.now().workers}) or [CPU]
    return Part(READY, {"names": devices})


def _queue(queue: QueueWatch) -> Part:
    state = queue.now()
    details = {
        "accepted": state.by_status["accepted"],
        "running": state.by_status["running"],
        "workers": [_worker(worker) for worker in state.workers],
    }
    paused = [worker.reason for worker in state.workers if worker.state == "paused"]
    # Jobs go on while one worker does.
    if paused and len(paused) == len(state.workers):
        return Part(PAUSED + paused[0], details)
    return Part(READY, details)


def _worker(worker: WorkerState) -> dict[str, Any]:
    return {"device": worker.device, "state": worker.state} | (
        {"reason": worker.reason} if worker.reason else {}
    )
