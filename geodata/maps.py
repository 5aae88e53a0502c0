"""Writing a map: tiles go in, cloud-optimized GeoTIFFs come out, complete or not at all."""

from __future__ import annotations

import errno
import json
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from rasterio.errors import RasterioError

from geodata.areas import row_areas_m2
from geodata.errors import OutputError
from geodata.map_vrt import MapLayer, categories
from geodata.raw_layer import RawLayer

if TYPE_CHECKING:
    from collections.abc import Mapping
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

    observations: Path | None = None
    """COG of how often each pixel was seen clear, where that is known."""


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
        self,
        landcover: Path,
        confidence: Path,
        *,
        geobox: GeoBox,
        legend: Legend,
        tags: Mapping[str, str],
        observations: Path | None = None,
        workspace: Path | None = None,
    ) -> None:
        """Prepare; files are made on entering.

        Args:
            landcover: where the map goes.
            confidence: where its confidence goes.
            geobox: grid of all files.
            legend: meaning of the class values.
            tags: TIFF metadata of all files; for identical files keep times and random names out.
            observations: where the number of clear observations goes, where there is one.
            workspace: a folder of this map's own on the same disk, in which unfinished work is kept when the block
                ends early, and found again by the next writer. None: a hidden one beside the files, not kept.
        """
        self._targets = [Path(landcover), Path(confidence)]
        self._targets += [Path(observations)] if observations else []
        self._geobox = geobox
        self._legend = legend
        self._tags = dict(tags)
        self._workspace = workspace
        self._folders: dict[Path, Path] = {}
        self._layers: list[RawLayer] = []
        self.resumed = False
        """Whether the tiles of an earlier writer are there."""
        self._allowed = np.zeros(256, dtype=np.bool_)
        self._allowed[[NODATA, *(c.value for c in legend)]] = True

    def __enter__(self) -> Self:
        """Reserve the space.

        Raises:
            OutputError: a folder is missing or read-only, or the disk is full.
        """
        try:
            for path, (dtype, _) in zip(self._targets, _STORED, strict=False):
                self._prepare(path)
                self._layers.append(RawLayer(self._part(path), self._geobox, dtype=dtype))
            self.resumed = self._workspace is not None and all(layer.resume() for layer in self._layers)
            if not self.resumed:
                self._reserve()
        except OSError as error:
            reason = error.strerror or str(error)
            refusal = self._refusal(reason)
            self._clean()
            raise refusal from error
        except BaseException:  # an interrupt too must leave nothing behind
            self._clean()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clean()

    def write(
        self,
        window: Window,
        classes: NDArray[np.uint8],
        confidence: NDArray[np.uint8],
        observations: NDArray[np.uint16] | None = None,
    ) -> None:
        """Put a tile in its place; a place that never gets one is nodata.

        Args:
            window: in the map's pixels.
            classes: (h, w) class values of the legend, 0 is nodata.
            confidence: (h, w) 0..100, 255 is nodata.
            observations: (h, w) how often a pixel was seen clear; needed where the writer was given a place for it.

        Raises:
            OutputError: the disk is full.
            ValueError: shapes or values do not fit.
        """
        values: list[NDArray[np.uint8 | np.uint16]] = [classes, confidence]
        values += [] if observations is None else [observations]
        shape = (window.height, window.width)
        if any(layer.shape != shape for layer in values):
            raise ValueError(f"the tile is {classes.shape} and {confidence.shape}, its window {shape}")
        if classes.dtype != np.uint8 or confidence.dtype != np.uint8:
            raise ValueError(f"a map holds uint8, got {classes.dtype} and {confidence.dtype}")
        if len(values) != len(self._layers):
            raise ValueError("observations come with every tile, or with none")
        if not self._allowed[classes].all():
            raise ValueError("the tile holds class values that are not in the legend")
        try:
            for layer, numbers in zip(self._layers, values, strict=True):
                layer.write(window, numbers)
        except OSError as error:
            raise self._refusal(error.strerror or str(error)) from error

    def sync(self) -> None:
        """Have the disk keep the tiles that were written, also when the power fails.

        Raises:
            OutputError: the disk fails.
        """
        try:
            for layer in self._layers:
                layer.sync()
        except OSError as error:
            raise self._refusal(error.strerror or str(error)) from error

    def finish(self) -> MapFiles:
        """Write all files and move them into place.

        Raises:
            OutputError: the disk is full; nothing is left under the final names that was not there before.
        """
        counts, areas = self._measure()
        tags = self._tags | {"CLASSES": json.dumps(self._short_legend(), ensure_ascii=False)}
        described = (
            MapLayer("land_cover", NODATA, "MODE", tags, categories(self._legend, counts, areas)),
            MapLayer("confidence", CONFIDENCE_NODATA, "AVERAGE", self._tags, None),
            MapLayer("clear_observations", None, "AVERAGE", self._tags, None),
        )
        landcover, confidence, *observations = self._targets
        try:
            made = [
                layer.make(description) for layer, description in zip(self._layers, described, strict=False)
            ]
            aux_xml = landcover.with_name(f"{landcover.name}.aux.xml")
            for part, target in zip(made[1:], self._targets[1:], strict=True):
                part.replace(target)
            made[0].with_name(f"{made[0].name}.aux.xml").replace(aux_xml)
            made[0].replace(landcover)
        except (OSError, RasterioError) as error:
            raise self._refusal(str(error.__cause__ or error)) from error
        return MapFiles(landcover, aux_xml, confidence, areas, counts, next(iter(observations), None))

    def _prepare(self, path: Path) -> None:
        """A hidden folder beside the target: a file can only be moved into place on one disk."""
        folder = path.absolute().parent
        if not folder.is_dir():
            raise OutputError(f"{path} cannot be written: there is no folder {folder}; make it first")
        if path.is_dir():
            raise OutputError(f"{path} cannot be written: it is a folder; name a file")
        if self._workspace is not None:
            self._workspace.mkdir(parents=True, exist_ok=True)
            self._folders[folder] = self._workspace
        if folder not in self._folders:
            # Known before it is there: an interrupt may come in between.
            self._folders[folder] = folder / f".landshot-{secrets.token_hex(8)}"
            self._folders[folder].mkdir(mode=0o700)

    def _reserve(self) -> None:
        """Fill all layers, after those of them that an earlier writer has left are gone."""
        for layer in self._layers:
            layer.discard()
        self._check_room()
        for layer, (_, fill) in zip(self._layers, _STORED, strict=False):
            layer.reserve(fill)

    def _check_room(self) -> None:
        if self._needed() > shutil.disk_usage(self._targets[0].absolute().parent).free:
            raise OSError(errno.ENOSPC, "there is not enough room")

    def _part(self, path: Path) -> Path:
        """Where a target is made until it is complete."""
        return self._folders[path.absolute().parent] / path.name

    def _measure(self) -> tuple[dict[int, int], dict[int, float]]:
        """Pixels and square metres of each class."""
        row_areas = row_areas_m2(self._geobox)
        pixels, areas = np.zeros(256, dtype=np.int64), np.zeros(256)
        for start, values in self._layers[0].strips():
            rows = len(values)
            keys = values + 256 * np.arange(rows)[:, np.newaxis]
            by_row = np.bincount(keys.ravel(), minlength=256 * rows).reshape(rows, 256)
            pixels += by_row.sum(axis=0)
            areas += row_areas[start : start + rows] @ by_row
        values_of = [c.value for c in self._legend]
        return {v: int(pixels[v]) for v in values_of}, {v: round(float(areas[v]), 2) for v in values_of}

    def _short_legend(self) -> list[dict[str, int | str]]:
        return [{"value": c.value, "name": c.name, "color": c.color} for c in self._legend]

    def _refusal(self, reason: str) -> OutputError:
        folder = self._targets[0].absolute().parent
        needed = 1 + self._needed() // 1_000_000
        free = ""
        with suppress(OSError):
            free = f", where {shutil.disk_usage(folder).free // 1_000_000:,} MB are free"
        return OutputError(
            f"the map cannot be written to {folder}: {reason}. It needs about {needed:,} MB there{free}; "
            "choose another folder, or make room"
        )

    def _needed(self) -> int:
        """Bytes of all layers together."""
        return sum(layer.needed for layer in self._layers)

    def _clean(self) -> None:
        for layer in self._layers:
            layer.close()
        self._layers = []
        for folder in self._folders.values() if self._workspace is None else ():
            shutil.rmtree(folder, ignore_errors=True)
        self._folders = {}


_STORED: tuple[tuple[type[np.uint8 | np.uint16], int], ...] = (
    (np.uint8, NODATA),
    (np.uint8, CONFIDENCE_NODATA),
    (np.uint16, 0),
)
"""Type of the values of each layer, and what stands where no tile was written."""
