"""Stored numbers of scenes, straight from their files onto the grid of a map."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import rasterio
from affine import Affine
from rasterio.enums import Resampling
from rasterio.vrt import WarpedVRT
from rasterio.warp import transform_bounds

from geodata.gdal import BLOCK_CACHE_BYTES
from geodata.grid import Window
from geodata.imagery.stac.retries import AssetError, Patience, persistently

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

    from geodata.imagery.stac.signing import Signer

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NativePart:
    """A part of a file on its own grid."""

    values: NDArray[Any]
    """(h, w)"""

    transform: Affine
    crs: str

    pixel_m: float
    """Side of a pixel of `values` in metres."""

    lattice: tuple[float, float, float]
    """x and y of the file's upper-left corner, and the side of its own pixels, in its CRS."""


@dataclass(frozen=True, slots=True)
class AssetReader:
    """Reads the files of a catalogue's scenes; many threads may use one.

    Raises (all methods):
        AssetError: the file cannot be read, also after some patience.
    """

    sign: Signer
    patience: Patience = field(default_factory=Patience)

    def onto(self, href: str, targets: Sequence[GeoBox], *, nodata: float | None) -> list[NDArray[Any]]:
        """Stored numbers (h, w) on other grids, resampled once, from the finest pixels that the file has.

        Nearest where the grids are the same but for whole pixels; the mean where the target's pixels are
        larger; bilinear otherwise. Nodata where the file has none. Each grid is read by itself, so that it does not
        matter which ones are read together; but blocks that several need are fetched once.

        Args:
            href: as published.
            targets: the grids.
            nodata: stored number that means nothing; None: what the file says, else 0.
        """
        return self._read(href, lambda dataset: [_onto(dataset, target, nodata) for target in targets])

    def native(
        self, href: str, targets: Sequence[GeoBox], *, margin_m: float, coarsest_m: float
    ) -> list[NativePart | None]:
        """The parts of a file around some grids' areas, on the file's own pixels; None where they do not meet.

        Args:
            href: as published.
            targets: the areas.
            margin_m: how far beyond them.
            coarsest_m: pixels may be left out (nearest, from overviews) until they are so large.
        """
        return self._read(
            href, lambda dataset: [_native(dataset, target, margin_m, coarsest_m) for target in targets]
        )

    def overview(self, href: str, *, size: int, shape: tuple[int, int] | None = None) -> NDArray[Any]:
        """The whole file, nearest, as stored.

        Args:
            href: as published.
            size: pixels along the longer side.
            shape: pixels along both sides, where they must be those of another overview.
        """

        def read(dataset: rasterio.DatasetReader) -> NDArray[Any]:
            shrink = max(1.0, max(dataset.shape) / size)
            wanted = shape or tuple(max(1, round(n / shrink)) for n in dataset.shape)
            values: NDArray[Any] = dataset.read(1, out_shape=wanted)
            return values

        return self._read(href, read)

    def check(self, href: str, *, afresh: bool = False) -> None:
        """Make sure that a file is there and is a raster; what is read of it is remembered for a while.

        Args:
            href: as published.
            afresh: ask its server, whatever is remembered.
        """
        self._read(href, lambda dataset: dataset.shape, afresh=afresh)

    def _read(self, href: str, read: Callable[[rasterio.DatasetReader], T], *, afresh: bool = False) -> T:
        def attempt(signed: str, again: bool) -> T:  # noqa: FBT001 - as `persistently` calls it
            path = _gdal_path(signed)
            with (
                _settings(path, self.patience, again=again or afresh),
                rasterio.open(path, driver=_driver(path)) as dataset,
            ):
                if dataset.crs is None:
                    raise AssetError("damaged", "the file does not say where on Earth it lies")
                return read(dataset)

        return persistently(attempt, href, sign=self.sign, patience=self.patience)


def _driver(path: str) -> str:
    """By name, so that it is not guessed: a VRT could name any file of the machine's."""
    return "JP2OpenJPEG" if path.partition("?")[0].lower().endswith(".jp2") else "GTiff"


def _gdal_path(href: str) -> str:
    if href.startswith(("http://", "https://")):
        return f"/vsicurl/{href}"
    path = Path(href.removeprefix("file://"))
    if not path.is_absolute() or href.startswith("/vsi"):
        raise AssetError("forbidden", f"only http(s) addresses and files are read, not {href!r}")
    return str(path)


def _settings(path: str, patience: Patience, *, again: bool) -> rasterio.Env:
    # GDAL keeps what it has read of a file, and that it could not, until the end of the process.
    forgetful = {"CPL_VSIL_CURL_NON_CACHED": path.split("?", maxsplit=1)[0]} if again else {}
    return rasterio.Env(
        GDAL_CACHEMAX=BLOCK_CACHE_BYTES,
        GDAL_DISABLE_READDIR_ON_OPEN="EMPTY_DIR",
        GDAL_INGESTED_BYTES_AT_OPEN=32768,  # the header of a COG, in one request
        GDAL_HTTP_MERGE_CONSECUTIVE_RANGES="YES",
        GDAL_HTTP_MULTIPLEX="YES",
        GDAL_HTTP_CONNECTTIMEOUT=patience.connect_s,
        GDAL_HTTP_TIMEOUT=patience.answer_s,
        GDAL_HTTP_MAX_RETRY=0,  # `persistently` does it, and signs again
        CPL_VSIL_CURL_CACHE_SIZE=64 * 2**20,
        GDAL_NUM_THREADS="1",  # several files are read at a time
        AWS_NO_SIGN_REQUEST="YES",
        **forgetful,
    )


def _onto(dataset: rasterio.DatasetReader, target: GeoBox, nodata: float | None) -> NDArray[Any]:
    nothing = next(value for value in (nodata, dataset.nodata, 0) if value is not None)
    if (offset := _whole_pixels_between(dataset, target)) is not None:
        return _copied(dataset, target, offset, nothing)
    height, width = (int(n) for n in target.shape)
    coarser = abs(target.affine.a) > 1.01 * _pixel_m(dataset)
    with WarpedVRT(
        dataset,
        crs=str(target.crs),
        transform=target.affine,
        width=width,
        height=height,
        resampling=Resampling.average if coarser else Resampling.bilinear,
        src_nodata=nothing,
        nodata=nothing,
        warp_mem_limit=64,
        tolerance=0.001,  # pixels: GDAL's own, an eighth, costs as much
        # Else GDAL compares the sizes of the windows, which turned against each other never have the same size,
        # and blurs to make up for it.
        XSCALE=1,
        YSCALE=1,
    ) as warped:
        values: NDArray[Any] = warped.read(1)
    return values


def _whole_pixels_between(dataset: rasterio.DatasetReader, target: GeoBox) -> tuple[int, int] | None:
    """Row and column of the target's corner in the file, where their grids differ by whole pixels only."""
    ours, theirs = target.affine, dataset.transform
    if dataset.crs is None or dataset.crs != rasterio.crs.CRS.from_user_input(str(target.crs)):
        return None
    if not np.allclose([ours.a, ours.b, ours.d, ours.e], [theirs.a, theirs.b, theirs.d, theirs.e], rtol=1e-9):
        return None
    col, row = ~theirs @ (ours.c, ours.f)
    if max(abs(col - round(col)), abs(row - round(row))) > 1e-3:
        return None
    return round(row), round(col)


def _copied(
    dataset: rasterio.DatasetReader, target: GeoBox, offset: tuple[int, int], nothing: float
) -> NDArray[Any]:
    height, width = (int(n) for n in target.shape)
    wanted = Window(*offset, height, width)
    there = wanted.clipped(Window(0, 0, *dataset.shape))
    values = np.full((height, width), nothing, dtype=dataset.dtypes[0])
    if there.height and there.width:
        values[there.shifted(-wanted.row, -wanted.col).slices] = dataset.read(1, window=_box(there))
    return values


def _native(
    dataset: rasterio.DatasetReader, target: GeoBox, margin_m: float, coarsest_m: float
) -> NativePart | None:
    left, bottom, right, top = transform_bounds(
        str(target.crs), dataset.crs, *target.boundingbox, densify_pts=21
    )
    inverse = ~dataset.transform
    corners = [inverse @ corner for corner in ((left, top), (right, bottom), (left, bottom), (right, top))]
    cols, rows = zip(*corners, strict=True)
    pixel_m = _pixel_m(dataset)
    beyond = int(np.ceil(margin_m / pixel_m)) + 1
    row, col = int(np.floor(min(rows))) - beyond, int(np.floor(min(cols))) - beyond
    asked = Window(row, col, int(np.ceil(max(rows))) + beyond - row, int(np.ceil(max(cols))) + beyond - col)
    window = asked.clipped(Window(0, 0, *dataset.shape))
    if not (window.height and window.width):
        return None
    shrink = max(1, int(coarsest_m / pixel_m + 1e-6))
    shape = tuple(max(1, -(-n // shrink)) for n in (window.height, window.width))
    values = dataset.read(1, window=_box(window), out_shape=shape)
    scale = Affine.scale(window.width / shape[1], window.height / shape[0])
    return NativePart(
        values,
        dataset.transform @ Affine.translation(window.col, window.row) @ scale,
        _code(dataset),
        pixel_m * window.width / shape[1],
        (dataset.transform.c, dataset.transform.f, abs(dataset.transform.a)),
    )


def _pixel_m(dataset: rasterio.DatasetReader) -> float:
    metres = 111_320.0 if dataset.crs.is_geographic else float(dataset.crs.linear_units_factor[1])
    return abs(float(dataset.transform.a)) * metres


def _code(dataset: rasterio.DatasetReader) -> str:
    epsg = dataset.crs.to_epsg()
    return f"EPSG:{epsg}" if epsg else str(dataset.crs.to_wkt())


def _box(window: Window) -> tuple[tuple[int, int], tuple[int, int]]:
    return (window.row, window.row + window.height), (window.col, window.col + window.width)
