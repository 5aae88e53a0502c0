"""A catalogue as the world sees it: a STAC API, and a file server with the assets."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from servers.range_server import RangeServer
from servers.stac_api import StacApi

if TYPE_CHECKING:
    from pathlib import Path


class StacService:
    """Serves a static catalogue's folder; `files` and `api` count, fail, stop and start again each for itself."""

    def __init__(self, folder: Path, *, signed: bool = False, token_seconds: float = 3600.0) -> None:
        self.folder = folder
        self.files = RangeServer(
            folder, container="sentinel2l2a01" if signed else "", signed=signed, token_seconds=token_seconds
        )
        self._exits = ExitStack()

    @property
    def url(self) -> str:
        """Of the API's landing page."""
        return self.api.url

    @property
    def requests(self) -> int:
        """That either server has answered."""
        return self.files.count() + self.api.count()

    def forget(self) -> None:
        """Counts from zero."""
        self.files.forget()
        self.api.forget()

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            starting.enter_context(self.files)
            self.api = starting.enter_context(StacApi({self.folder: self.files.url}))
            self._exits = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._exits.close()
