"""The maps that a server has made: one folder each, complete or not there."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import NotFoundError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAP_ID_PATTERN = r"^[0-9a-f]{32}$"
"""The first 128 bits of a SHA-256: nothing in it can leave the folder of maps."""

LANDCOVER = "landcover.tif"
CATEGORIES = "landcover.tif.aux.xml"
CONFIDENCE = "confidence.tif"
OBSERVATIONS = "observations.tif"
"""Of maps whose imagery knows how often a pixel was seen clear."""

ITEM = "item.json"
FILES = (LANDCOVER, CATEGORIES, CONFIDENCE, OBSERVATIONS, ITEM)
"""The Item last: a map is there when it is."""

ABANDONED_AFTER_S = 24 * 3600.0
"""No map is this long in the making."""


def map_id(content: Mapping[str, Any]) -> str:
    """The name of the map that `content` determines: request, model and imagery, as JSON values."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class MapTargets:
    """Where the files of a map go; each appears under its name only when it is complete."""

    landcover: Path
    confidence: Path
    item: Path
    item_id: str
    """The STAC Item's `id`."""

    observations: Path
    """How often each pixel was seen clear; written where the imagery knows."""

    @classmethod
    def within(cls, folder: Path, item_id: str) -> MapTargets:
        """The files of a map of a server."""
        return cls(folder / LANDCOVER, folder / CONFIDENCE, folder / ITEM, item_id, folder / OBSERVATIONS)


def no_such_map(identifier: str) -> NotFoundError:
    """What a client is told of a map that is not there, and of another client's, which must not sound different."""
    return NotFoundError(f"There is no map {identifier} here; GET /maps lists those that there are.")


@dataclass(frozen=True, slots=True)
class MapStore:
    """`{folder}/{id}/` holds `FILES`; a map being made is in a hidden folder beside them."""

    folder: Path

    @contextlib.contextmanager
    def writing(self, identifier: str) -> Iterator[Path]:
        """A new folder for the files of a map; it becomes the map when the block ends without an error.

        Raises:
            OutputError: the folder of maps cannot be written to.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            making = self._new_folder()
        except OSError as error:
            raise OutputError(f"no map can be kept in {self.folder}: {error.strerror}") from error
        try:
            yield making
            self._publish(making, self.folder / identifier)
        except OSError as error:
            raise OutputError(f"the map cannot be kept in {self.folder}: {error.strerror}") from error
        finally:
            shutil.rmtree(making, ignore_errors=True)

    def has(self, identifier: str) -> bool:
        """Whether the map is there, with all its files."""
        return (
            re.match(MAP_ID_PATTERN, identifier) is not None and (self.folder / identifier / ITEM).is_file()
        )

    def path(self, identifier: str, file: str) -> Path:
        """One of `FILES` of a map; `OBSERVATIONS` may be missing.

        Raises:
            NotFoundError: there is no such map.
        """
        if not self.has(identifier):
            raise no_such_map(identifier)
        return self.folder / identifier / file

    def item(self, identifier: str) -> dict[str, Any]:
        """The STAC Item of a map, its links relative.

        Raises:
            NotFoundError: there is no such map.
        """
        found: dict[str, Any] = json.loads(self.path(identifier, ITEM).read_text("utf-8"))
        return found

    def identifiers(self) -> list[str]:
        """All maps, the newest first."""
        if not self.folder.is_dir():
            return []
        found = [entry for entry in self.folder.iterdir() if self.has(entry.name)]
        return [
            entry.name for entry in sorted(found, key=lambda entry: (-entry.stat().st_mtime_ns, entry.name))
        ]

    def sweep(self) -> None:
        """Remove what a killed process left half-made, but nothing that another server may be making now."""
        for left in self.folder.glob(".making-*"):
            if time.time() - left.stat().st_mtime > ABANDONED_AFTER_S:
                shutil.rmtree(left, ignore_errors=True)

    def is_writable(self) -> bool:
        """Whether a map could be begun now."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._new_folder().rmdir()
        except OSError:
            return False
        return True

    def _new_folder(self) -> Path:
        making = Path(tempfile.mkdtemp(prefix=".making-", dir=self.folder))
        making.chmod(0o755)
        return making

    @staticmethod
    def _publish(making: Path, final: Path) -> None:
        """Move a finished map into place; one that is there already is replaced file by file."""
        try:
            making.rename(final)
        except OSError:
            if not final.is_dir():
                raise
            for file in FILES:
                if (making / file).exists():
                    (making / file).replace(final / file)
