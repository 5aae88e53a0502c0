"""Imagery in one local file: GeoTIFF, COG or VRT."""

from __future__ import annotations

import hashlib
import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Self

import numpy as np
from rasterio.enums import ColorInterp

from geodata.band_names import IdentifiedBands, identify_bands
from geodata.cube import Cube
from geodata.gdal import gdal_settings
from geodata.grid import Region, Window, lonlat_bounds
from geodata.imagery.datasets import look_at, open_dataset, read_stored, refusals
from geodata.imagery.layout import Layout, layout_of
from geodata.imagery.local import local_files
from geodata.imagery.sampling import blocks_of, sample_valid
from geodata.imagery.scaling import Scaling, check_reflectance, choose_scaling

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import rasterio
    from numpy.typing import NDArray
    from odc.geo.geobox import GeoBox

    from geodata.sensors import Band


class FileImagery:
    """Reflectance from one local file; many threads may use it, each opens the file for itself.

    A pixel needs all its bands: it is missing where any band is nodata, not a number, or masked, and, in
    files of whole numbers that declare no nodata, where all bands are 0.
    """

    name: str
    """What users call it."""

    path: Path

    geobox: GeoBox
    """Its pixel grid."""

    bands: tuple[Band, ...]
    """Its bands of reflectance, in file order."""

    sensor: str
    """A key of `SENSORS`, or `custom`."""

    date: date | None
    """Day of acquisition, where the file's tags or name give it."""

    scaling: str
    """Which scale and offset are used, and why, in a sentence."""

    fingerprint: str
    """Changes when the file, or how it is read, does (hexadecimal); made without reading all of it."""

    def __init__(
        self,
        path: Path,
        *,
        name: str,
        layout: Layout,
        identified: IdentifiedBands,
        scaling: Scaling,
        fingerprint: str,
    ) -> None:
        """Not for callers: use `FileImagery.open`."""
        self.name = name
        self.path = path
        self.geobox = layout.geobox
        self.bands = identified.bands
        self.sensor = identified.sensor.name if identified.sensor else "custom"
        self.date = layout.date
        self.scaling = scaling.sentence
        self.fingerprint = fingerprint
        self._layout = layout
        self._identified = identified
        self._scaling = scaling
        self._mine = threading.local()
        self._opened: weakref.WeakSet[_Handle] = weakref.WeakSet()

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        bands: Sequence[str] | None = None,
        sensor: str | None = None,
        wavelengths_nm: Sequence[float] | None = None,
        scale: float | None = None,
        offset: float | None = None,
        name: str | None = None,
    ) -> Self:
        """Open a file, and find out what its numbers mean.

        Args:
            path: a GeoTIFF, COG or VRT on this machine.
            bands: name of each band, where the file's descriptions do not tell.
            sensor: a key of `SENSORS`, or `custom`.
            wavelengths_nm: centre of each band, for a custom sensor.
            scale: reflectance = stored number * scale + offset; None means the file's own, else the sensor's
                usual one.
            offset: see `scale`.
            name: what users call the imagery; None: the file's name without suffix.

        Raises:
            ImageryError: the file is missing, remote, unreadable, or has no place on Earth.
            BandsError: its bands are not known.
            ReflectanceError: nothing says how its numbers become reflectance.
        """
        path = Path(path)
        files = local_files(path)
        with refusals(path, "opened"), gdal_settings(), open_dataset(path) as dataset:
            names = [
                description or ("alpha" if color == ColorInterp.alpha else None)
                for description, color in zip(dataset.descriptions, dataset.colorinterp, strict=True)
            ]
            identified = identify_bands(names, bands=bands, sensor=sensor, wavelengths_nm=wavelengths_nm)
            layout = layout_of(dataset, identified, path)
            scaling = choose_scaling(
                identified,
                given=(scale, offset),
                own=(
                    [dataset.scales[i] for i in identified.indexes],
                    [dataset.offsets[i] for i in identified.indexes],
                ),
                dtype=layout.dtype,
                look=lambda: look_at(dataset, identified, layout),
            )
        return cls(
            path,
            name=name or path.stem,
            layout=layout,
            identified=identified,
            scaling=scaling,
            fingerprint=_fingerprint(files, identified, scaling),
        )

    @property
    def day_of_year(self) -> NDArray[np.int64]:
        """(1,); -1 where the date is not known."""
        return np.array([self.date.timetuple().tm_yday if self.date else -1], dtype=np.int64)

    @property
    def nodata(self) -> float | None:
        """The first band's nodata value."""
        return self._layout.nodata[0]

    @property
    def bounds_lonlat(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees WGS 84."""
        return lonlat_bounds(self.geobox)

    def read(self, window: Window) -> Cube:
        """Reflectance (1, B, h, w) of a window inside the image.

        Raises:
            ImageryError: the file is damaged there.
        """
        return self._cube(self._reflectance(window))

    def read_region(self, region: Region, window: Window) -> Cube:
        """Reflectance (1, B, h, w) of a window of the region; NaN where the imagery does not reach.

        Raises:
            ImageryError: the file is damaged there.
        """
        inside = window.clipped(region.inside)
        if inside == window:
            return self.read(window.shifted(region.row_off, region.col_off))
        reflectance = np.full((len(self.bands), window.height, window.width), np.nan, dtype=np.float32)
        if inside.height and inside.width:
            rows, cols = inside.shifted(-window.row, -window.col).slices
            reflectance[:, rows, cols] = self._reflectance(inside.shifted(region.row_off, region.col_off))
        return self._cube(reflectance)

    def read_pixels(self, region: Region, rows: NDArray[np.int64], cols: NDArray[np.int64]) -> Cube:
        """Reflectance (1, B, n, 1) of single pixels of the region; only the blocks they lie in are read.

        Raises:
            ImageryError: the file is damaged there.
        """
        reflectance = np.full((len(self.bands), len(rows)), np.nan, dtype=np.float32)
        image_rows, image_cols = rows + region.row_off, cols + region.col_off
        height, width = self.geobox.shape
        inside = np.flatnonzero(
            (image_rows >= 0) & (image_rows < height) & (image_cols >= 0) & (image_cols < width)
        )
        for window, members in blocks_of(image_rows[inside], image_cols[inside], self._layout.block):
            which = inside[members]
            block = self._reflectance(window)
            reflectance[:, which] = block[:, image_rows[which] - window.row, image_cols[which] - window.col]
        return self._cube(reflectance[:, :, np.newaxis])

    def sample(self, region: Region, *, count: int = 4096, seed: int = 0) -> NDArray[np.float32]:
        """Reflectance (n, 1, B) of a random sample of the region's valid pixels, n <= count.

        The sample depends on the region and the seed, on nothing else; n is 0 where no pixel is valid.

        Raises:
            ReflectanceError: the values cannot be reflectance.
            ImageryError: the file is damaged where the sample lies.
        """
        image = region.inside.shifted(region.row_off, region.col_off)
        values = sample_valid(self._reflectance, image, count=count, rng=np.random.default_rng(seed))
        check_reflectance(values, self._scaling, self._identified)
        return values[:, np.newaxis, :]

    def close(self) -> None:
        """Close the file in all threads; a later read opens it again."""
        for handle in list(self._opened):
            handle.dataset.close()
        self._mine = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _cube(self, reflectance: NDArray[np.float32]) -> Cube:
        return Cube(reflectance[np.newaxis], self.bands, self.day_of_year)

    def _reflectance(self, window: Window) -> NDArray[np.float32]:
        """(B, h, w), NaN where missing."""
        where = (
            f"read at rows {window.row}..{window.row + window.height - 1}, "
            f"columns {window.col}..{window.col + window.width - 1}"
        )
        with refusals(self.path, where), gdal_settings():
            stored, missing = read_stored(self._dataset(), self._identified, self._layout, window)
        reflectance: NDArray[np.float32] = stored.astype(np.float32)
        reflectance *= self._scaling.scale[:, np.newaxis, np.newaxis]
        reflectance += self._scaling.offset[:, np.newaxis, np.newaxis]
        if missing.any():
            reflectance[:, missing] = np.nan
        return reflectance

    def _dataset(self) -> rasterio.DatasetReader:
        """This thread's own dataset: GDAL's are not safe to share. It is closed when the thread ends."""
        handle: _Handle | None = getattr(self._mine, "handle", None)
        if handle is None or handle.dataset.closed:
            handle = _Handle(open_dataset(self.path))
            self._mine.handle = handle
            self._opened.add(handle)
        return handle.dataset


class _Handle:
    """A dataset that weak references can point to."""

    __slots__ = ("__weakref__", "dataset")

    def __init__(self, dataset: rasterio.DatasetReader) -> None:
        self.dataset = dataset


def _fingerprint(files: tuple[Path, ...], identified: IdentifiedBands, scaling: Scaling) -> str:
    digest = hashlib.sha256()
    for file in files:
        status = file.stat()
        digest.update(f"{status.st_size} {status.st_mtime_ns} ".encode())
        with file.open("rb") as content:
            digest.update(content.read(65536))
    digest.update(
        repr((identified.bands, identified.indexes, scaling.scale.tolist(), scaling.offset.tolist())).encode()
    )
    return digest.hexdigest()
