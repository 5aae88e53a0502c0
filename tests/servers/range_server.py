"""Files over HTTP with range requests, as object stores serve COGs; signed ones too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servers.process import ServerProcess
from servers.responders import TOKENS

if TYPE_CHECKING:
    from pathlib import Path


class RangeServer(ServerProcess):
    """Serves a folder; counts requests, fails on purpose, and asks for signatures where it is told to.

    A signed server answers 403 unless the query has a `sig` that it has given out and that has not expired; it gives
    tokens out at `token_url` + `/<account>/<container>`, in the manner of Planetary Computer.
    """

    def __init__(
        self, folder: Path, *, container: str = "", signed: bool = False, token_seconds: float = 3600.0
    ) -> None:
        self.folder = folder.resolve()
        self._prefix = f"/{container.strip('/')}/" if container else "/"
        settings = {"folder": str(self.folder), "prefix": self._prefix, "signed": signed}
        super().__init__({"kind": "files", "token_seconds": token_seconds, **settings})

    @property
    def url(self) -> str:
        """Of the folder, without a slash at the end."""
        return self.root + self._prefix.rstrip("/")

    @property
    def token_url(self) -> str:
        """Where tokens are got."""
        return self.root + TOKENS.rstrip("/")

    def path_of(self, file: Path) -> str:
        """The path in requests of a file in the folder: what `count` and `break_` match."""
        return self._prefix + file.resolve().relative_to(self.folder).as_posix()

    def expire_tokens(self) -> None:
        """No token that was given out is good any more."""
        self.tell("expire tokens")

    def let_tokens_last(self, seconds: float) -> None:
        """Those given out from now on."""
        self.tell("token seconds", seconds)

    @property
    def tokens_given(self) -> int:
        return int(self.tell("tokens given") or 0)
