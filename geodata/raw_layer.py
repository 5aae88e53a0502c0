"""One layer of a map in the making: raw values on disk, as many as there will be; in the end a COG."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np
import rasterio
import rasterio.shutil

from geodata.gdal import gdal_settings
from geodata.map_vrt import MapLayer, write_vrt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

    from geodata.grid import Window


class RawLayer:
    """Values of one file, row by row as they come; whoever opens it has to close it."""

    def __init__(self, part: Path, geobox: GeoBox, *, dtype: type[np.uint8 | np.uint16]) -> None:
        """Nothing is written yet.

        Args:
            part: where the COG is made, beside the place where it belongs.
            geobox: its grid.
            dtype: of its values.
        """
        self.part = part
        self.dtype: np.dtype[Any] = np.dtype(dtype).newbyteorder("<")
        self._geobox = geobox
        self._descriptor = -1

    @property
    def needed(self) -> int:
        """Bytes: raw and compressed values side by side, and overviews."""
        height, width = self._geobox.shape
        return int(height) * int(width) * 2 * self.dtype.itemsize

    def reserve(self, fill: int) -> None:
        """Fill the file of raw values: a full disk shows now, not after an hour.

        Raises:
            OSError: there is no room.
        """
        self._descriptor = os.open(self._raw, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        for start, rows in self._strips():
            values = np.full(rows * self._width, fill, dtype=self.dtype)
            _write_all(self._descriptor, values.data.cast("B"), start * self._row_bytes)

    def resume(self) -> bool:
        """Go on with the values that an earlier process has left; False where it had not come to reserve all of them.

        Raises:
            OSError: they cannot be opened.
        """
        try:
            self._descriptor = os.open(self._raw, os.O_RDWR)
        except FileNotFoundError:
            return False
        if os.fstat(self._descriptor).st_size == int(self._geobox.shape[0]) * self._row_bytes:
            return True
        self.close()
        self._raw.unlink()
        return False

    def sync(self) -> None:
        """Have the disk keep what was written.

        Raises:
            OSError: the disk fails.
        """
        os.fdatasync(self._descriptor)

    def write(self, window: Window, values: NDArray[Any]) -> None:
        """Put (h, w) in its place.

        Raises:
            OSError: the disk is full.
        """
        lines = np.ascontiguousarray(values, dtype=self.dtype)
        for row, line in enumerate(lines, start=window.row):
            offset = row * self._row_bytes + window.col * self.dtype.itemsize
            _write_all(self._descriptor, line.data.cast("B"), offset)

    def strips(self) -> Iterator[tuple[int, NDArray[Any]]]:
        """First row and values (rows, width) of all there is, some megabytes each."""
        for start, rows in self._strips():
            yield start, self._stored(start, rows)

    def make(self, layer: MapLayer) -> Path:
        """Turn raw values into a COG, and read it back.

        Raises:
            OSError, RasterioError: the disk is full.
        """
        vrt = write_vrt(self._raw, self._geobox, layer, self.dtype)
        with gdal_settings():
            rasterio.shutil.copy(
                vrt,
                self.part,
                driver="COG",
                compress="DEFLATE",
                blocksize=512,
                overview_resampling=layer.overviews,
                bigtiff="IF_SAFER",
                num_threads="ALL_CPUS",
            )
            # GDAL reports a disk that fills up late, or not at all; what can be read back is there.
            with rasterio.open(self.part) as written:
                for start, rows in self._strips():
                    stored = written.read(1, window=((start, start + rows), (0, self._width)))
                    if not np.array_equal(stored, self._stored(start, rows)):
                        raise OSError(f"{self.part.name} was not written completely")
        return self.part

    def discard(self) -> None:
        """Remove the values, where there are some."""
        self.close()
        self._raw.unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing can be written or read afterwards."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    @property
    def _raw(self) -> Path:
        return self.part.with_name(f"{self.part.name}.raw")

    @property
    def _width(self) -> int:
        return int(self._geobox.shape[1])

    @property
    def _row_bytes(self) -> int:
        return self._width * self.dtype.itemsize

    def _stored(self, start: int, rows: int) -> NDArray[Any]:
        content = os.pread(self._descriptor, rows * self._row_bytes, start * self._row_bytes)
        return np.frombuffer(content, self.dtype).reshape(rows, self._width)

    def _strips(self) -> Iterator[tuple[int, int]]:
        """First row and number of rows, some megabytes each."""
        height = int(self._geobox.shape[0])
        step = max(1, 2**22 // self._row_bytes)
        for start in range(0, height, step):
            yield start, min(step, height - start)


def _write_all(descriptor: int, values: memoryview, offset: int) -> None:
    """Write all of it; a full disk takes a part first and refuses the rest."""
    remaining = values
    while remaining:
        written = os.pwrite(descriptor, remaining, offset)
        remaining, offset = remaining[written:], offset + written
