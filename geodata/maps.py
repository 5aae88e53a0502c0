"""Writing a map: tiles go in, cloud-optimized GeoTIFFs come out, complete or not at all."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.errors import RasterioError

from geodata.areas import row_areas_m2
from geodata.errors import OutputError
from geodata.gdal import gdal_settings
from geodata.map_vrt import MapLayer, categories, write_vrt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

    from geodata.grid import Window
    from geodata.legend import Legend

NODATA = 0
"""Class value of a pixel without an observation."""

CONFIDENCE_NODATA = 255


@dataclass(frozen=True, slots=True)
class MapFiles:
    """A finished map."""

    landcover: Path
    """COG of class values."""

    aux_xml: Path
    """Beside it: category names and the raster attribute table, as GDAL and QGIS read them."""

    confidence: Path
    """COG, 0..100."""

    areas_m2: dict[int, float]
    """Class value -> area on the ground in square metres, for every class of the legend."""

    counts: dict[int, int]
    """Class value -> pixels."""


class MapWriter:
    """Takes a map tile by tile, in any order, and writes it when all is there.

    Use it as a context manager: nothing is left behind when it ends before `finish`. Under the final names
    files only ever appear complete. The same map gives the same bytes, however it was cut into tiles.

    Example:
        with MapWriter(landcover, confidence, geobox=geobox, legend=legend, tags={}) as writer:
            for window in tiles(shape, 512):
                writer.write(window, *predicted(window))
            files = writer.finish()
    """

    def __init__(
        self, landcover: Path, confidence: Path, *, geobox: GeoBox, legend: Legend, tags: Mapping[str, str]
    ) -> None:
        """Prepare; files are made on entering.

        Args:
            landcover: where the map goes.
            confidence: where its confidence goes.
            geobox: grid of both.
            legend: meaning of the class values.
            tags: TIFF metadata of both; for identical files keep times and random names out.
        """
        self._landcover = Path(landcover)
        self._confidence = Path(confidence)
        self._geobox = geobox
        self._legend = legend
        self._tags = dict(tags)
        self._folders: dict[Path, Path] = {}
        self._raw: dict[Path, int] = {}
        self._allowed = np.zeros(256, dtype=np.bool_)
        self._allowed[[NODATA, *(c.value for c in legend)]] = True

    def __enter__(self) -> Self:
        """Reserve the space.

        Raises:
            OutputError: a folder is missing or read-only, or the disk is full.
        """
        try:
            for path in (self._landcover, self._confidence):
                self._prepare(path)
            self._check_room()
            self._raw = {
                path: self._reserve(path, fill)
                for path, fill in ((self._landcover, NODATA), (self._confidence, CONFIDENCE_NODATA))
            }
        except OSError as error:
            self._clean()
            raise self._refusal(error.strerror or str(error)) from error
        except BaseException:  # an interrupt too must leave nothing behind
            self._clean()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clean()

    def write(self, window: Window, classes: NDArray[np.uint8], confidence: NDArray[np.uint8]) -> None:
        """Put a tile in its place; a place that never gets one is nodata.

        Args:
            window: in the map's pixels.
            classes: (h, w) class values of the legend, 0 is nodata.
            confidence: (h, w) 0..100, 255 is nodata.

        Raises:
            OutputError: the disk is full.
            ValueError: shapes or values do not fit.
        """
        shape = (window.height, window.width)
        if classes.shape != shape or confidence.shape != shape:
            raise ValueError(f"the tile is {classes.shape} and {confidence.shape}, its window {shape}")
        if classes.dtype != np.uint8 or confidence.dtype != np.uint8:
            raise ValueError(f"a map holds uint8, got {classes.dtype} and {confidence.dtype}")
        if not self._allowed[classes].all():
            raise ValueError("the tile holds class values that are not in the legend")
        width = self._geobox.shape[1]
        try:
            for path, values in ((self._landcover, classes), (self._confidence, confidence)):
                for row, line in enumerate(np.ascontiguousarray(values), start=window.row):
                    _write_all(self._raw[path], line.data, row * width + window.col)
        except OSError as error:
            raise self._refusal(error.strerror or str(error)) from error

    def finish(self) -> MapFiles:
        """Write both files and move them into place.

        Raises:
            OutputError: the disk is full; nothing is left under the final names that was not there before.
        """
        counts, areas = self._measure()
        tags = self._tags | {"CLASSES": json.dumps(self._short_legend(), ensure_ascii=False)}
        landcover = MapLayer("land_cover", NODATA, "MODE", tags, categories(self._legend, counts, areas))
        confidence = MapLayer("confidence", CONFIDENCE_NODATA, "AVERAGE", self._tags, None)
        try:
            made = [self._make(self._landcover, landcover), self._make(self._confidence, confidence)]
            aux_xml = self._landcover.with_name(f"{self._landcover.name}.aux.xml")
            made[1].replace(self._confidence)
            made[0].with_name(f"{made[0].name}.aux.xml").replace(aux_xml)
            made[0].replace(self._landcover)
        except (OSError, RasterioError) as error:
            raise self._refusal(str(error.__cause__ or error)) from error
        return MapFiles(self._landcover, aux_xml, self._confidence, areas, counts)

    def _prepare(self, path: Path) -> None:
        """A hidden folder beside the target: a file can only be moved into place on one disk."""
        folder = path.absolute().parent
        if not folder.is_dir():
            raise OutputError(f"{path} cannot be written: there is no folder {folder}; make it first")
        if path.is_dir():
            raise OutputError(f"{path} cannot be written: it is a folder; name a file")
        if folder not in self._folders:
            self._folders[folder] = Path(tempfile.mkdtemp(prefix=".landshot-", dir=folder))

    def _check_room(self) -> None:
        if self._needed() > shutil.disk_usage(self._landcover.absolute().parent).free:
            raise OSError(errno.ENOSPC, "there is not enough room")

    def _part(self, path: Path) -> Path:
        """Where a target is made until it is complete."""
        return self._folders[path.absolute().parent] / path.name

    def _reserve(self, path: Path, fill: int) -> int:
        """Open the file of raw values and fill it: a full disk shows now, not after an hour."""
        descriptor = os.open(_raw_of(self._part(path)), os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self._raw[path] = descriptor
        height, width = self._geobox.shape
        for start, rows in _bands(height, width):
            _write_all(descriptor, bytes([fill]) * (rows * width), start * width)
        return descriptor

    def _measure(self) -> tuple[dict[int, int], dict[int, float]]:
        """Pixels and square metres of each class."""
        height, width = self._geobox.shape
        row_areas = row_areas_m2(self._geobox)
        pixels, areas = np.zeros(256, dtype=np.int64), np.zeros(256)
        for start, rows in _bands(height, width):
            raw = np.frombuffer(os.pread(self._raw[self._landcover], rows * width, start * width), np.uint8)
            keys = raw.reshape(rows, width) + 256 * np.arange(rows)[:, np.newaxis]
            by_row = np.bincount(keys.ravel(), minlength=256 * rows).reshape(rows, 256)
            pixels += by_row.sum(axis=0)
            areas += row_areas[start : start + rows] @ by_row
        values = [c.value for c in self._legend]
        return {v: int(pixels[v]) for v in values}, {v: round(float(areas[v]), 2) for v in values}

    def _make(self, path: Path, layer: MapLayer) -> Path:
        """Turn raw values into a COG, and read it back."""
        part = self._part(path)
        vrt = write_vrt(_raw_of(part), self._geobox, layer)
        with gdal_settings():
            rasterio.shutil.copy(
                vrt,
                part,
                driver="COG",
                compress="DEFLATE",
                blocksize=512,
                overview_resampling=layer.overviews,
                bigtiff="IF_SAFER",
                num_threads="ALL_CPUS",
            )
            # GDAL reports a disk that fills up late, or not at all; what can be read back is there.
            with rasterio.open(part) as written:
                for start, rows in _bands(*self._geobox.shape):
                    width = written.width
                    stored = written.read(1, window=((start, start + rows), (0, width)))
                    if stored.tobytes() != os.pread(self._raw[path], rows * width, start * width):
                        raise OSError(f"{path.name} was not written completely")
        return part

    def _short_legend(self) -> list[dict[str, int | str]]:
        return [{"value": c.value, "name": c.name, "color": c.color} for c in self._legend]

    def _refusal(self, reason: str) -> OutputError:
        folder = self._landcover.absolute().parent
        needed = 1 + self._needed() // 1_000_000
        free = ""
        with suppress(OSError):
            free = f", where {shutil.disk_usage(folder).free // 1_000_000:,} MB are free"
        return OutputError(
            f"the map cannot be written to {folder}: {reason}. It needs about {needed:,} MB there{free}; "
            "choose another folder, or make room"
        )

    def _needed(self) -> int:
        """Bytes: raw and compressed values of both layers, side by side, and overviews."""
        height, width = self._geobox.shape
        return int(height) * int(width) * 4

    def _clean(self) -> None:
        for descriptor in self._raw.values():
            os.close(descriptor)
        self._raw = {}
        for folder in self._folders.values():
            shutil.rmtree(folder, ignore_errors=True)
        self._folders = {}


def _raw_of(part: Path) -> Path:
    return part.with_name(f"{part.name}.raw")


def _bands(height: int, width: int) -> Iterator[tuple[int, int]]:
    """First row and number of rows, some megabytes each."""
    step = max(1, 2**22 // width)
    for start in range(0, height, step):
        yield start, min(step, height - start)


def _write_all(descriptor: int, values: bytes | memoryview, offset: int) -> None:
    """Write all of it; a full disk takes a part first and refuses the rest."""
    remaining = memoryview(values)
    while remaining:
        written = os.pwrite(descriptor, remaining, offset)
        remaining, offset = remaining[written:], offset + written
