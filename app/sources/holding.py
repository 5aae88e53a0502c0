"""Imagery that stays open between requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from geodata.errors import LandshotError
from geodata.imagery.settling import with_settled_imagery

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.sources import Opened
    from geodata.imagery import ImagerySource

T = TypeVar("T")


class Holding:
    """What `Source.hold` gives: the imagery of a request, open until `close`; many threads may use it."""

    def __init__(
        self,
        imagery: ImagerySource,
        opened: Callable[[ImagerySource], Opened],
        *,
        close: Callable[[], None] = lambda: None,
        tidy: Callable[[LandshotError], None] = lambda _error: None,
    ) -> None:
        """Nothing is read yet.

        Args:
            imagery: to begin with.
            opened: describes it, and what is left of it where scenes are lost.
            close: ends it.
            tidy: takes out of an error what is nobody's business.
        """
        self._imagery = imagery
        self._describe = opened
        self._opened = opened(imagery)
        self._close = close
        self._tidy = tidy

    @property
    def opened(self) -> Opened:
        """As it is now: without the scenes that were lost so far."""
        return self._opened

    def work(self, work: Callable[[Opened], T]) -> T:
        """Do something with it; again, and from then on, with what is left where scenes are lost on the way.

        Raises:
            LandshotError: of the work, or too much of the imagery is lost.
        """
        began, opened = self._imagery, self._opened

        def of_imagery(imagery: ImagerySource) -> T:
            if imagery is not began:
                self._imagery, self._opened = imagery, self._describe(imagery)
                return work(self._opened)
            return work(opened)

        try:
            return with_settled_imagery(began, of_imagery)
        except LandshotError as error:
            self._tidy(error)
            raise

    def close(self) -> None:
        """Wait for what is being read; nothing can be read afterwards."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
