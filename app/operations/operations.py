"""All that watches over one application, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.operations.expiry import Expiry
from app.operations.parts import checks_of
from app.operations.queue_state import QueueWatch
from app.operations.readiness import Readiness
from app.operations.state_collector import StateCollector

if TYPE_CHECKING:
    from starlette.requests import Request

    from app.service import Service


class Operations:
    """Probes, scrapes and sweeps of a service; `service.metrics` gains what is looked up at a scrape."""

    def __init__(self, service: Service) -> None:
        """Nothing runs yet."""
        settings, database = service.settings, service.database
        self.queue = QueueWatch(database)
        self.readiness = Readiness(checks_of(service, self.queue))
        self.expiry = Expiry(
            settings, database, service.store, tell_cache_bytes=service.metrics.cache_bytes.set
        )
        service.metrics.registry.register(StateCollector(settings, database, self.queue))

    def start(self) -> None:
        """Begin to sweep."""
        self.expiry.start()

    def stop(self) -> None:
        """End sweeping."""
        self.expiry.stop()


def operations_of(request: Request) -> Operations:
    """The operations behind a request."""
    found: Operations = request.app.state.operations
    return found
