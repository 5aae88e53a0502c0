"""What a server counts and times, for Prometheus; nothing that a client chooses freely becomes a label."""

from __future__ import annotations

from contextlib import contextmanager
from time import perf_counter
from typing import TYPE_CHECKING, Final, Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from app import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

REQUEST_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)
MAP_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600)
TILE_BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 10)

ADAPTING: Final = "adapting"
"""The stage of a map (`app.watch`) that is an adaptation."""

TileKind = Literal["live", "finished"]
"""Predicted for the request, or read from a map."""


class Metrics:
    """Of one application, in a registry of its own; any thread may call any method."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call] # a second series for each, that nobody reads
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        Gauge("landshot_build", "Always 1.", ["version"], registry=self.registry).labels(__version__).set(1)
        self.under_way = Gauge("landshot_requests_under_way", "Requests now.", registry=self.registry)
        self._requests = Counter(
            "landshot_requests",
            "Requests by method, route and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self._request_seconds = Histogram(
            "landshot_request_seconds",
            "From the request's headers to the end of its answer.",
            ["method", "route"],
            buckets=REQUEST_BUCKETS,
            registry=self.registry,
        )
        self._adapt_seconds = Histogram(
            "landshot_adapt_seconds",
            "Adapting the network to the labels of a region, by this process.",
            buckets=TILE_BUCKETS,
            registry=self.registry,
        )
        self._map_seconds = Histogram(
            "landshot_map_seconds",
            "The stages of maps that this process made.",
            ["stage"],
            buckets=MAP_BUCKETS,
            registry=self.registry,
        )
        self._tile_seconds = Histogram(
            "landshot_tile_seconds",
            "Tiles of map clients: predicted for the request (live), or read from a map (finished).",
            ["kind"],
            buckets=TILE_BUCKETS,
            registry=self.registry,
        )
        self.cache_bytes = Gauge(
            "landshot_cache_bytes",
            "Imagery that is kept, as of the last sweep.",
            registry=self.registry,
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered.

        Args:
            method: one of a few.
            route: a route's template.
            status: of the answer.
            seconds: until its end.
        """
        self._requests.labels(method, route, str(status)).inc()
        self._request_seconds.labels(method, route).observe(seconds)

    def adapted(self, seconds: float) -> None:
        """An adaptation was made, without a map."""
        self._adapt_seconds.observe(seconds)

    def map_made(self, stage_seconds: Mapping[str, float]) -> None:
        """This process made a map, its adaptation included; stage of `app.watch` -> seconds."""
        for stage, seconds in stage_seconds.items():
            self._map_seconds.labels(stage.replace(" ", "-")).observe(seconds)
        if ADAPTING in stage_seconds:
            self.adapted(stage_seconds[ADAPTING])

    def tile(self, kind: TileKind, seconds: float) -> None:
        """A map client was given a tile."""
        self._tile_seconds.labels(kind).observe(seconds)

    @contextmanager
    def tile_timed(self, kind: TileKind) -> Iterator[None]:
        """As `tile`, around the making of one; a tile that fails does not count."""
        began = perf_counter()
        yield
        self.tile(kind, perf_counter() - began)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it (`CONTENT_TYPE`)."""
        return generate_latest(self.registry)
