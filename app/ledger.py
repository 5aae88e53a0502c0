"""What is remembered of a map in the making, so that it goes on where another process had to leave it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from app.streaming import Streaming


class Ledger(Protocol):
    """Tiles that are finished; each method is called from the thread that makes the map."""

    @property
    def workspace(self) -> Path:
        """A folder of the map's own, on the disk of its files; what is unfinished stays there."""

    def begin(
        self, streaming: Streaming, shape: tuple[int, int], *, resumed: bool
    ) -> tuple[Streaming, frozenset[int]]:
        """How the region is cut, which stays as it was first, and the tiles that need not be made.

        Args:
            streaming: how it would be cut now.
            shape: of the region, pixels.
            resumed: whether the values of finished tiles are there; else all tiles are to be made.
        """

    def finished(self, tile: int) -> None:
        """Remember a tile, by its number from 0; its values are on disk.

        Raises:
            LandshotError: the work is to stop here; nothing of it is lost.
        """
