"""Arrays kept on disk under the name of everything that determines them: found again, never out of date."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import secrets
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import rasterio
from rasterio.errors import RasterioError

from geodata.errors import OutputError
from geodata.gdal import BLOCK_CACHE_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

    from geodata.grid import Window

log = logging.getLogger("landshot")

KEY_PATTERN: Final = r"[0-9a-f]{64}"
"""A SHA-256: nothing in it can leave the cache's folder."""

DEFAULT_MAX_BYTES: Final = 20 * 10**9
"""About 6,000 km² of twelve months of Sentinel-2."""


def content_key(content: Mapping[str, Any]) -> str:
    """The name of what `content` determines, as JSON values; lists keep their order, keys do not."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


class TileCache:
    """Rasters of whole numbers by key, the least recently used ones removed first.

    Many threads and processes may share one folder: an entry appears complete or not at all, an entry that is
    damaged is removed and counts as absent, and one that another process removes is simply absent. Each is a
    compressed GeoTIFF with a checksum behind its end, so that a part of it can be read without the rest.
    """

    def __init__(self, folder: Path, *, max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        """Nothing is read or written yet.

        Args:
            folder: where the entries lie; made when the first is written.
            max_bytes: what all entries together may take.
        """
        if max_bytes < 1:
            raise ValueError(f"a cache of {max_bytes} bytes holds nothing")
        self.folder = folder
        self.max_bytes = max_bytes
        self._lock = threading.Lock()
        self._size: int | None = None
        self._unseen = 0
        self._sound: set[tuple[str, int, int]] = set()

    def has(self, key: str) -> bool:
        """Whether there is an entry; it may be gone a moment later."""
        return self._path(key).is_file()

    def get(
        self, key: str, window: Window | None = None, *, layers: Sequence[int] | None = None
    ) -> NDArray[Any] | None:
        """An entry (k, h, w), or a part of it; None where there is none.

        Args:
            key: of `content_key`.
            window: pixels; None: all.
            layers: numbers of the layers, from 0; -1 is the last one; None: all.
        """
        path = self._path(key)
        try:
            if not self._is_sound(path):
                self._drop(path, "its checksum is wrong")
                return None
            with _settings(), rasterio.open(path, driver="GTiff") as dataset:
                count = dataset.count
                indexes = None if layers is None else [layer % count + 1 for layer in layers]
                values: NDArray[Any] = dataset.read(indexes, window=_box(window))
            os.utime(path)
        except FileNotFoundError:
            return None
        except (RasterioError, OSError) as error:
            if path.exists():
                self._drop(path, str(error.__cause__ or error))
            return None
        return values

    def put(self, key: str, values: NDArray[Any], geobox: GeoBox) -> None:
        """Keep an array (k, h, w) of whole numbers; one that is there already is replaced.

        Args:
            key: of `content_key`.
            values: what to keep.
            geobox: where its pixels lie, for people who look into the cache.

        Raises:
            OutputError: the folder cannot be written to, or the disk is full.
        """
        path = self._path(key)
        partial = path.with_name(f"{_PARTIAL}{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(partial, values, geobox)
            size = _seal(partial)
            partial.replace(path)
        except (RasterioError, OSError) as error:
            reason = getattr(error, "strerror", None) or str(error.__cause__ or error)
            raise OutputError(
                f"a tile of imagery cannot be kept in {self.folder}: {reason}. "
                "Free some space, or give the cache another folder"
            ) from error
        finally:
            with suppress(OSError):
                partial.unlink()
        self._grown(size)

    def size(self) -> int:
        """Bytes of all entries."""
        return sum(entry.size for entry in self._entries())

    def _path(self, key: str) -> Path:
        if not re.fullmatch(KEY_PATTERN, key):
            raise ValueError(f"{key!r} is no key of a tile")
        # Folders with many thousand files are slow on some file systems.
        return self.folder / key[:2] / f"{key}.tif"

    def _is_sound(self, path: Path) -> bool:
        """Whether what was written is what is there; looked at once for each file."""
        status = path.stat()
        identity = (path.name, status.st_ino, status.st_size)
        if identity in self._sound:
            return True
        content = path.read_bytes()
        body, digest = content[:-_DIGEST_BYTES], content[-_DIGEST_BYTES:]
        if hashlib.blake2b(body, digest_size=_DIGEST_BYTES).digest() != digest:
            return False
        self._sound.add(identity)
        return True

    def _drop(self, path: Path, reason: str) -> None:
        log.warning("a cached tile is damaged (%s), it is made again: %s", reason, path.name)
        with suppress(OSError):
            path.unlink()

    def _grown(self, size: int) -> None:
        """Count what was written, and make room where it is too much."""
        with self._lock:
            self._unseen += 1
            if self._size is not None:
                self._size += size
            # Other processes write too, so what this one has counted holds for a while only.
            if self._size is None or self._size > self.max_bytes or self._unseen >= _RECOUNT_AFTER:
                self._size = self._make_room()
                self._unseen = 0

    def _make_room(self) -> int:
        """Remove the entries that were not used for longest; gives the size of those that stay."""
        entries = sorted(self._entries(), key=lambda entry: entry.used)
        total = sum(entry.size for entry in entries)
        if total <= self.max_bytes:
            return total
        for entry in entries:
            if total <= _FULL * self.max_bytes:
                break
            with suppress(OSError):
                entry.path.unlink()
            total -= entry.size
        return total

    def _entries(self) -> list[_Entry]:
        found = []
        for path in self.folder.glob("??/*"):
            try:
                status = path.stat()
            except OSError:
                continue  # another process has removed it
            if not path.name.startswith(_PARTIAL):
                found.append(_Entry(path, status.st_size, status.st_mtime_ns))
            elif time.time() - status.st_mtime > _ABANDONED_AFTER_S:
                with suppress(OSError):
                    path.unlink()
        return found


@dataclass(frozen=True, slots=True)
class _Entry:
    path: Path
    size: int
    used: int
    """Nanoseconds since the epoch: reading an entry touches it."""


_PARTIAL = ".making-"
_ABANDONED_AFTER_S = 3600.0  # no tile is this long in the making: its process was killed
_DIGEST_BYTES = 16
_RECOUNT_AFTER = 64  # entries
_FULL = 0.9  # of the limit, so that not every entry makes room for itself alone
_BLOCK = 128  # pixels: a labelled pixel costs a block, not a tile


def _settings() -> rasterio.Env:
    # Tiles are read in several threads already. A folder with thousands of files is not to be listed each time.
    return rasterio.Env(
        GDAL_CACHEMAX=BLOCK_CACHE_BYTES, GDAL_NUM_THREADS="1", GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR"
    )


def _write(path: Path, values: NDArray[Any], geobox: GeoBox) -> None:
    count, height, width = values.shape
    with (
        _settings(),
        rasterio.open(
            path,
            "w",
            driver="GTiff",
            count=count,
            height=height,
            width=width,
            dtype=values.dtype,
            crs=str(geobox.crs),
            transform=geobox.affine,
            compress="zstd",
            zstd_level=1,
            predictor=2,
            tiled=True,
            blockxsize=_BLOCK,
            blockysize=_BLOCK,
            interleave="band",
        ) as dataset,
    ):
        dataset.write(values)


def _seal(path: Path) -> int:
    """Append the checksum; TIFF readers do not look behind the last block. Gives the size of the file."""
    digest = hashlib.blake2b(path.read_bytes(), digest_size=_DIGEST_BYTES).digest()
    with path.open("ab") as file:
        file.write(digest)
    return path.stat().st_size


def _box(window: Window | None) -> tuple[tuple[int, int], tuple[int, int]] | None:
    if window is None:
        return None
    return (window.row, window.row + window.height), (window.col, window.col + window.width)
