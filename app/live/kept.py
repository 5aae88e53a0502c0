"""Tiles as they were sent: a cache of bounded size. Only the event loop uses it."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

KEPT_BYTES: Final = 64 * 2**20


class KeptTiles:
    """The tiles that were asked for last."""

    def __init__(self, most_bytes: int = KEPT_BYTES) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._tiles: OrderedDict[str, bytes] = OrderedDict()

    def get(self, key: str) -> bytes | None:
        """A tile, if it is there."""
        if key not in self._tiles:
            return None
        self._tiles.move_to_end(key)
        return self._tiles[key]

    def keep(self, key: str, tile: bytes) -> None:
        """Remember a tile; those that nobody has asked for longest go."""
        if key in self._tiles:
            return
        self._tiles[key] = tile
        self._bytes += len(tile)
        while self._bytes > self._most:
            self._bytes -= len(self._tiles.popitem(last=False)[1])
