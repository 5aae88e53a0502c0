"""A map with all that belongs to it as a ZIP file, written while it is sent."""

from __future__ import annotations

import io
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.results.classes import mapped_classes
from app.results.legend_csv import legend_csv
from app.results.qgis_style import qgis_style
from app.results.readme_text import readme_text
from app.store import CATEGORIES, CONFIDENCE, ITEM, LANDCOVER, OBSERVATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

STYLE = "landcover.qml"
LEGEND = "legend.csv"
README = "README.txt"

_PIECE = 2**18
_LARGE = 2**31 - 2**20
"""Bytes: beyond it, ZIP's fields are of another size."""


@dataclass(frozen=True, slots=True)
class Archive:
    """The members of one map's ZIP file; the same map gives the same bytes."""

    files: tuple[Path, ...]
    texts: tuple[tuple[str, bytes], ...]
    """Name -> content."""

    @classmethod
    def of(cls, landcover: Path) -> Archive:
        """Of the map that this file belongs to; names are plain, so that each program finds what it looks for."""
        beside = (landcover.with_name(name) for name in (CATEGORIES, CONFIDENCE, OBSERVATIONS, ITEM))
        mapped = mapped_classes(landcover)
        texts = (
            (STYLE, qgis_style(mapped)),
            (LEGEND, legend_csv(mapped)),
            (README, readme_text(landcover.with_name(ITEM))),
        )
        return cls((landcover.with_name(LANDCOVER), *(path for path in beside if path.is_file())), texts)

    @property
    def size(self) -> int | None:
        """Bytes of the whole, where they can be told beforehand."""
        content = sum(path.stat().st_size for path in self.files) + sum(len(text) for _, text in self.texts)
        if content > _LARGE:
            return None
        names = [path.name for path in self.files] + [name for name, _ in self.texts]
        return content + sum(len(piece) for piece in _written([(name, io.BytesIO(), 0) for name in names]))

    def pieces(self) -> Iterator[bytes]:
        """The ZIP file, some hundred kilobytes at a time."""
        with ExitStack() as opened:
            # All at once: a map that expires while it is sent is sent to its end.
            members: list[tuple[str, BinaryIO, int]] = [
                (path.name, opened.enter_context(path.open("rb")), path.stat().st_size) for path in self.files
            ]
            members += [(name, io.BytesIO(text), len(text)) for name, text in self.texts]
            yield from _written(members)


class _Sink(io.RawIOBase):
    """Takes what is written, and gives it away; `zipfile` sees that it cannot go back."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, content: bytes) -> int:  # type: ignore[override] # any buffer, says the base class
        self._held.append(bytes(content))
        return len(content)

    def take(self) -> bytes:
        held, self._held = b"".join(self._held), []
        return held


def _written(members: Sequence[tuple[str, BinaryIO, int]]) -> Iterator[bytes]:
    """Name, content and size of each member -> the ZIP file in pieces."""
    sink = _Sink()
    # COGs are compressed already; the rest is a few kilobytes.
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, content, size in members:
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, also where this runs on something else
            entry.external_attr = 0o644 << 16
            with archive.open(entry, "w", force_zip64=size > _LARGE) as member:
                while piece := content.read(_PIECE):
                    member.write(piece)
                    yield sink.take()
    yield sink.take()
