"""From a version out of the database back to its request and its imagery."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.adaptations.shelf import ImageryOf
from app.sources.choice import choose_source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.adaptations.body import Body
    from app.adaptations.shelf import Shelf
    from app.adaptations.store import AdaptationStore
    from app.adaptations.version import Version
    from app.map_request import MapRequest
    from app.settings import Settings
    from app.sources import Source


@dataclass(frozen=True, slots=True)
class Reopening:
    """Of one desk; many threads may use it."""

    settings: Settings
    store: AdaptationStore
    sources: Mapping[str, Source]
    shelf: Shelf

    def request_of(self, body: Body) -> tuple[Source, MapRequest]:
        """Where the imagery of a request comes from, and what was asked.

        Raises:
            LandshotError: it is not a request any more, or its imagery is gone.
        """
        settings = self.settings
        name, request = body.parsed(max_labels=settings.max_labels, max_classes=settings.max_classes)
        return choose_source(self.sources, name), request

    def imagery_of(self, version: Version) -> ImageryOf:
        """Where the imagery of a version is; errors as `request_of`."""
        source, request = self.request_of(self.store.body(version))
        return self.imagery_for(source, request)

    def imagery_for(self, source: Source, request: MapRequest) -> ImageryOf:
        """The same of a request that was read already."""
        return ImageryOf(self.shelf, source, source.settled(request))
